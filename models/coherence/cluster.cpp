// Services by name, and sending to members by id.
#include "models/coherence/cluster.hpp"

#include <algorithm>

namespace meshsim::coherence {
namespace {

// Puts the member at its place in the order of join numbers.
void place(ServiceRecord& record, const ServiceMember& member) {
  std::vector<ServiceMember>& members = record.members;
  const auto is_later = [&](const ServiceMember& one) {
    return one.join_number > member.join_number;
  };
  // Mostly it is the newest, or stands there already: others have told of it.
  const auto later = std::find_if(members.rbegin(), members.rend(), [&](const ServiceMember& one) {
                       return !is_later(one);
                     }).base();
  if (later != members.begin() && *(later - 1) == member) return;
  std::erase_if(members, [&](const ServiceMember& one) { return one.id == member.id; });
  members.insert(std::find_if(members.begin(), members.end(), is_later), member);
}

}  // namespace

ServiceRecord& ServiceRegistry::record(std::string_view service) {
  for (ServiceRecord& record : services_) {
    if (record.name == service) return record;
  }
  return services_.emplace_back(ServiceRecord{std::string{service}, {}});
}

void ServiceRegistry::add(std::string_view service) { record(service); }

void ServiceRegistry::joined(std::string_view service, MemberId member, std::int64_t join_number) {
  last_join_number_ = std::max(last_join_number_, join_number);
  place(record(service), {member, join_number});
}

void ServiceRegistry::left(MemberId member) {
  for (ServiceRecord& record : services_) {
    std::erase_if(record.members, [&](const ServiceMember& one) { return one.id == member; });
  }
}

void ServiceRegistry::merge(const std::vector<ServiceRecord>& records) {
  for (const ServiceRecord& record : records) {
    ServiceRecord& own = this->record(record.name);
    for (const ServiceMember& member : record.members) {
      last_join_number_ = std::max(last_join_number_, member.join_number);
    }
    if (own.members == record.members) continue;
    for (const ServiceMember& member : record.members) place(own, member);
  }
}

const std::vector<ServiceMember>& ServiceRegistry::members(std::string_view service) const {
  static const std::vector<ServiceMember> kNone;
  const ServiceRecord* record = find(service);
  return record == nullptr ? kNone : record->members;
}

MemberId ServiceRegistry::senior(std::string_view service) const {
  const std::vector<ServiceMember>& in = members(service);
  return in.empty() ? MemberId{} : in.front().id;
}

bool ServiceRegistry::is_senior_of_any(MemberId member) const {
  return std::any_of(services_.begin(), services_.end(), [&](const ServiceRecord& record) {
    return !record.members.empty() && record.members.front().id == member;
  });
}

const ServiceRecord* ServiceRegistry::find(std::string_view service) const {
  for (const ServiceRecord& record : services_) {
    if (record.name == service) return &record;
  }
  return nullptr;
}

void Cluster::tell(Turn& turn, MemberId to, const Letter& message) {
  if (to == self) {
    to_self.push_back(message);
  } else {
    tcmp.send(turn, to, message);
  }
}

void Cluster::tell_others(Turn& turn, const Letter& message) {
  const std::vector<MemberId> others = members.others(self);
  const auto addressees = static_cast<std::uint32_t>(others.size());
  for (const MemberId to : others) tcmp.send(turn, to, message, addressees);
}

void Cluster::bus_tell(Turn& turn, MemberId to, const Letter& message) {
  const MemberRecord* member = members.find(to);
  if (member == nullptr || to == self) return;
  bus.connect(turn, to, member->uuid.address, member->uuid.port);
  bus.send(turn, to, message);
}

}  // namespace meshsim::coherence
