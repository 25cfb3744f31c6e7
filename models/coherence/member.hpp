// One Coherence member in one process: start of the JVM, join, membership, death detection,
// services. Source: coherence.md. Left out: panic and kill between islands that meet again (7.2,
// 7.3), witnesses and quorum (5.3, 5.5), graceful leaving, the data path (10).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "models/coherence/cluster.hpp"
#include "models/coherence/ip_monitor.hpp"
#include "models/coherence/join_machine.hpp"
#include "models/coherence/member_spec.hpp"
#include "models/coherence/parameters.hpp"
#include "models/coherence/partitioned_service.hpp"
#include "models/coherence/senior_check.hpp"
#include "models/coherence/service_senior.hpp"
#include "models/coherence/service_startup.hpp"
#include "models/coherence/service_thread.hpp"
#include "models/coherence/tcp_ring.hpp"
#include "models/coherence/turn.hpp"
#include "models/coherence/wka_list.hpp"
#include "models/k8s/messages.hpp"

namespace meshsim::coherence {

class Member final : public Accepts<Member, Packet, k8s::StartProcess, k8s::StopProcess,
                                    dns::ResolverTimer, Alarm> {
 public:
  // `path`: the component's; its random streams are named by it.
  Member(MemberSpec spec, const Parameters& parameters, std::uint64_t seed, std::string path);

  Address<Outbound> uplink;                 // to the node or switch
  Duration uplink_delay{};                  // at least a window if that is another cell
  Address<k8s::ReadinessChange> readiness;  // optional
  k8s::PodIndex pod;
  Duration readiness_wire{};  // at least a window if `readiness` is another cell

  void on(Context& context, const Packet& packet);
  void on(Context& context, const k8s::StartProcess& start);
  void on(Context& context, const k8s::StopProcess& stop);
  void on(Context& context, const dns::ResolverTimer& fired);
  void on(Context& context, const Alarm& alarm);

  // For tests and checks between runs.
  JoinState join_state() const { return machine_.state; }
  const Cluster& cluster() const { return cluster_; }
  // Which join rules this member has ever taken, one bit each in their order.
  std::uint32_t rules_taken() const { return rules_taken_; }
  const PartitionedService* partitioned(std::string_view service) const;

  auto state() {
    return std::tie(cpu_, ports_, ticks_, peers_, monitors_, is_up_, is_bound_, epoch_, boots_,
                    failed_starts_, stack_, resolver_, wka_, monitor_phase_, monitor_offset_,
                    thread_, machine_, rules_taken_, record_, is_listening_, heard_itself_,
                    tick_base_, tick_number_, tick_was_late_, hearing_, tick_begun_, dynamic_,
                    check_, unwelcomed_, is_welcome_closed_, cluster_, told_, ring_, monitor_,
                    service_senior_, startup_, partitioned_);
  }

 private:
  // Stages of a process start, as details of AlarmKind::Boot.
  enum class Stage : std::uint8_t { ResolveWka, Bound, Timestamp, Announce };

  // member.cpp: the process, its sockets and its thread.
  Turn turn(Context& context);
  void boot(Turn& turn, Stage stage);
  void wka_resolved(Turn& turn);
  void begin_cluster_service(Turn& turn);
  void end_cluster_service(Turn& turn);
  void exit_process(Turn& turn, const std::string& why);
  void restart_in_process(Turn& turn);
  void wake_monitors(Turn& turn);
  void on_datagram(Turn& turn, const Packet& packet);
  void on_segment(Turn& turn, const Packet& packet);
  void on_answer(Turn& turn, std::uint16_t port, SocketAddress from, bool was_refused);
  void on_closed(Turn& turn, const Packet& packet);
  void on_lookup(Turn& turn, const std::optional<dns::LookupResult>& result);
  void receive(Turn& turn, std::vector<Letter> letters, MemberId from);
  void pump(Turn& turn);
  Duration cost(Turn& turn, const Work& work);
  void handle(Turn& turn, Work work);
  void schedule_tick(Turn& turn, Duration period);

  // member_join.cpp: becoming a member.
  void take(Turn& turn, JoinInput input);
  void tick(Turn& turn, const Work& work);
  void act(Turn& turn, JoinAction action);
  void broadcast(Turn& turn, const Letter& message);
  void listen();
  void announce(Turn& turn);
  void form_cluster(Turn& turn);
  void check_clock(Turn& turn);
  void adopt_senior_clock(Turn& turn);
  void learn_id(Turn& turn);
  void greet_all_members(Turn& turn);
  void check_welcomes(Turn& turn);
  void start_services(Turn& turn);
  void stop_start(Turn& turn, bool hangs);
  void report_waiting(Turn& turn);
  bool is_to_me(const MemberRecord& to) const { return to.uuid.address == record_.uuid.address; }
  bool is_fit_to_found() const;
  bool is_member() const {
    return machine_.state == JoinState::Welcoming || machine_.state == JoinState::Running;
  }
  void hear(Turn& turn, const Work& work, const NewMemberAnnounce& m);
  void hear(Turn& turn, const Work& work, const NewMemberAnnounceReply& m);
  void hear(Turn& turn, const Work& work, const NewMemberAnnounceWait& m);
  void hear(Turn& turn, const Work& work, const NewMemberRequestId& m);
  void hear(Turn& turn, const Work& work, const NewMemberRequestIdReject& m);
  void hear(Turn& turn, const Work& work, const NewMemberRequestIdReply& m);
  void hear(Turn& turn, const Work& work, const NewMemberRequestIdWait& m);
  void hear(Turn& turn, const Work& work, const NewMemberInduct& m);
  void hear(Turn& turn, const Work& work, const NewMemberWelcome& m);

  // member_cluster.cpp: being one, and being senior.
  void keep_house(Turn& turn);
  void send_heartbeats(Turn& turn);
  void announce_isolation(Turn& turn);
  void answer_announce(Turn& turn);
  void point_to_senior(Turn& turn);
  void consider_request(Turn& turn);
  void give_id(Turn& turn, const MemberRecord& requester);
  void add_member(Turn& turn, const MemberRecord& record);
  void remove_member(Turn& turn, MemberId gone);
  void declare_dead(Turn& turn, const std::vector<MemberId>& dead);
  void follow_members(Turn& turn);
  void scan(Turn& turn, std::uint64_t detail);
  void hear(Turn& turn, const Work& work, const SeniorMemberHeartbeat& m);
  void hear(Turn& turn, const Work& work, const NewMemberWelcomeAnnounce& m);
  void hear(Turn& turn, const Work& work, const MemberJoined& m);
  void hear(Turn& turn, const Work& work, const MemberLeft& m);
  void hear(Turn& turn, const Work& work, const MemberHeartbeat& m);
  void hear(Turn& turn, const Work& work, const NewMemberWelcomeRequest& m);

  // member_services.cpp: starting and running services.
  void service_started(Turn& turn, const ServiceSpec* complete);
  PartitionedService* find_partitioned(std::string_view service);
  void hear(Turn& turn, const Work& work, const ServiceRegisterRequest& m);
  void hear(Turn& turn, const Work& work, const ServiceRegister& m);
  void hear(Turn& turn, const Work& work, const ServiceJoinRequest& m);
  void hear(Turn& turn, const Work& work, const ServiceJoining& m);
  void hear(Turn& turn, const Work& work, const ServiceUpdateResponse& m);
  void hear(Turn& turn, const Work& work, const ServiceJoined& m);
  void hear(Turn& turn, const Work& work, const BusHello& m);
  void hear(Turn& turn, const Work& work, const MemberWelcomeRequest& m);
  void hear(Turn& turn, const Work& work, const MemberWelcome& m);
  void hear_letter(Turn& turn, Work letter);

  MemberSpec spec_;
  Parameters parameters_;
  std::uint64_t seed_ = 0;
  std::string path_;
  RandomStream cpu_;
  RandomStream ports_;
  RandomStream ticks_;
  RandomStream peers_;     // whom to send a heartbeat to
  RandomStream monitors_;  // phases of the service monitors

  // The process.
  bool is_up_ = false;
  bool is_bound_ = false;  // the cluster service has its sockets
  std::uint32_t epoch_ = 0;
  std::uint32_t boots_ = 0;
  std::uint32_t failed_starts_ = 0;
  HostStack stack_;
  dns::StubResolver resolver_;
  WkaList wka_;
  Time monitor_phase_{};
  Duration monitor_offset_{};

  // The cluster service; a restart makes all of it anew.
  ServiceThread thread_;
  JoinMachine machine_;
  std::uint32_t rules_taken_ = 0;
  MemberRecord record_;
  bool is_listening_ = false;  // on the cluster port
  bool heard_itself_ = false;
  Time tick_base_{};
  std::uint64_t tick_number_ = 0;
  bool tick_was_late_ = false;
  Work hearing_;  // what the current input came from
  ClusterTime tick_begun_{};
  std::vector<SocketAddress> dynamic_;  // broadcast to beside the WKA list
  SeniorCheck check_;
  std::vector<MemberId> unwelcomed_;
  bool is_welcome_closed_ = false;
  Cluster cluster_;
  struct Told {
    MemberId by;
    Departure who;
  };
  std::vector<Told> told_;  // deaths heard of; in doubt once the teller is dead itself
  TcpRing ring_;
  IpMonitor monitor_;
  ServiceSenior service_senior_;
  ServiceStartup startup_;
  std::vector<PartitionedService> partitioned_;
};

}  // namespace meshsim::coherence
