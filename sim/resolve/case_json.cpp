// Fields of case files.
#include "sim/resolve/case_json.hpp"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "models/dns/name.hpp"

namespace meshsim::resolve {
namespace {

[[noreturn]] void wrong(const std::string& what) { throw std::runtime_error{what}; }

dns::RecordType type_of(const std::string& text) {
  const auto type = dns::parse_type(text);
  if (!type) wrong(fmt::format("'{}' is no record type", text));
  return *type;
}

dns::Rcode rcode_of(const std::string& text) {
  const auto rcode = dns::parse_rcode(text);
  if (!rcode) wrong(fmt::format("'{}' is no response code", text));
  return *rcode;
}

Ipv4 ip_of(const std::string& text) {
  const auto address = parse_ipv4(text);
  if (!address) wrong(fmt::format("'{}' is no IPv4 address", text));
  return *address;
}

std::vector<dns::Record> records_of(const Json& json, const char* key) {
  std::vector<dns::Record> records;
  if (!json.contains(key)) return records;
  for (const Json& one : json.at(key)) {
    dns::Record record{.owner = one.at("name").get<std::string>(),
                       .type = type_of(one.at("type").get<std::string>()),
                       .ttl = one.at("ttl").get<std::uint32_t>()};
    if (one.contains("class")) {
      record.record_class =
          dns::parse_class(one.at("class").get<std::string>()).value_or(dns::RecordClass::In);
    }
    const auto value = one.at("value").get<std::string>();
    if (!set_value(record, value)) wrong(fmt::format("'{}' is no data of its type", value));
    records.push_back(std::move(record));
  }
  return records;
}

std::string hex(const std::string& bytes) {
  std::string text;
  for (const char c : bytes) text += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return text;
}

Json json_of_records(const std::vector<dns::Record>& records) {
  Json list = Json::array();
  for (const dns::Record& record : records) {
    Json one{{"name", record.owner},
             {"type", to_string(record.type)},
             {"ttl", record.ttl},
             {"value", value_of(record)}};
    if (record.record_class != dns::RecordClass::In) one["class"] = to_string(record.record_class);
    list.push_back(std::move(one));
  }
  return list;
}

Json json_of_options(const std::vector<dns::EdnsOption>& options) {
  Json list = Json::array();
  for (const dns::EdnsOption& option : options) {
    list.push_back(Json::array({option.code, hex(option.data)}));
  }
  return list;
}

std::vector<dns::ServicePort> ports_of(const Json& list, bool of_target) {
  std::vector<dns::ServicePort> ports;
  for (const Json& port : list) {
    const auto number = port.at("port").get<std::uint16_t>();
    ports.push_back({port.value("name", ""), port.value("protocol", "TCP"),
                     of_target ? port.value("target", number) : number});
  }
  return ports;
}

std::string text_or_empty(const Json& json, const char* key) {
  return json.contains(key) && json.at(key).is_string() ? json.at(key).get<std::string>()
                                                        : std::string{};
}

}  // namespace

Duration seconds_of(const Json& json) {
  return Duration{static_cast<std::int64_t>(std::llround(json.get<double>() * 1e9))};
}

Behaviour behaviour_of(const Json& json) {
  using Kind = Behaviour::Kind;
  Behaviour behaviour;
  if (json.is_string()) {
    const auto text = json.get<std::string>();
    if (text == "silent") {
      behaviour.kind = Kind::Silent;
    } else if (text == "refused") {
      behaviour.kind = Kind::Refused;
    } else {
      behaviour.rcode = rcode_of(text);
    }
    return behaviour;
  }
  const auto below = [](const Json& one) { return std::make_shared<Behaviour>(behaviour_of(one)); };
  if (json.contains("delay_s")) behaviour.delay = seconds_of(json.at("delay_s"));
  behaviour.no_tcp = json.value("no_tcp", false);
  if (json.contains("names")) {
    behaviour.kind = Kind::ByName;
    for (const auto& [key, one] : json.at("names").items()) {
      const std::size_t blank = key.find(' ');
      const std::string type = blank == std::string::npos ? "A" : key.substr(blank + 1);
      behaviour.names[dns::lower(key.substr(0, blank)) + " " + type] = below(one);
    }
    if (json.contains("otherwise")) behaviour.otherwise = below(json.at("otherwise"));
  } else if (json.contains("sequence")) {
    behaviour.kind = Kind::Sequence;
    for (const Json& one : json.at("sequence")) behaviour.sequence.push_back(below(one));
    if (behaviour.sequence.empty()) wrong("an empty sequence");
  } else if (json.contains("udp") && json.contains("tcp")) {
    behaviour.kind = Kind::ByTransport;
    behaviour.udp = below(json.at("udp"));
    behaviour.tcp = below(json.at("tcp"));
    behaviour.no_tcp = behaviour.tcp->no_tcp;
  } else if (json.contains("echo")) {
    behaviour.kind = Kind::Echo;
    behaviour.address = ip_of(json.at("echo").get<std::string>());
    behaviour.ttl = json.value("ttl", 60U);
  } else if (json.contains("a_records")) {
    behaviour.kind = Kind::ManyA;
    behaviour.count = json.at("a_records").get<std::uint32_t>();
    behaviour.ttl = json.value("ttl", 30U);
    behaviour.recursion_available = false;
  } else {
    behaviour.rcode = rcode_of(json.value("rcode", "NOERROR"));
    behaviour.answer = records_of(json, "answer");
    behaviour.authority = records_of(json, "authority");
    behaviour.additional = records_of(json, "additional");
    behaviour.authoritative = json.value("aa", false);
    behaviour.recursion_available = json.value("ra", true);
    behaviour.truncated = json.value("truncated", false);
    behaviour.is_response = json.value("qr", true);
    behaviour.wrong_id = json.value("id_xor", false);
    behaviour.has_question = !json.value("no_question", false);
    if (json.contains("question")) {
      behaviour.question = {json.at("question").at("name").get<std::string>(),
                            type_of(json.at("question").at("type").get<std::string>())};
    }
  }
  return behaviour;
}

Question question_of(const Json& ask) {
  constexpr std::uint16_t kDefaultEdns = 4096;
  Question question;
  question.query.name = ask.at("name").get<std::string>();
  question.query.type = type_of(ask.at("type").get<std::string>());
  if (ask.contains("class")) {
    question.query.record_class =
        dns::parse_class(ask.at("class").get<std::string>()).value_or(dns::RecordClass::In);
  }
  const bool wants_dnssec = ask.value("do", false);
  if (ask.contains("edns") || ask.contains("ednsversion") || wants_dnssec ||
      ask.contains("options")) {
    dns::Edns edns;
    edns.size = ask.value("edns", kDefaultEdns);
    edns.version = ask.value("ednsversion", std::uint8_t{0});
    edns.dnssec_ok = wants_dnssec;
    if (ask.contains("options")) {
      for (const Json& option : ask.at("options")) {
        std::string data;
        const auto digits = option.at(1).get<std::string>();
        for (std::size_t at = 0; at + 1 < digits.size(); at += 2) {
          data += static_cast<char>(std::stoi(digits.substr(at, 2), nullptr, 16));
        }
        edns.options.push_back({option.at(0).get<std::uint16_t>(), data});
      }
    }
    question.query.edns = std::move(edns);
  }
  question.query.checking_disabled = ask.value("cd", false);
  question.query.authentic = ask.value("ad", false);
  question.query.authoritative = ask.value("aa", false);
  question.query.recursion_desired = ask.value("rd", true);
  question.is_tcp = ask.value("transport", "udp") == "tcp";
  if (ask.contains("client")) question.client = ip_of(ask.at("client").get<std::string>());
  question.port = ask.value("port", std::uint16_t{53});
  if (ask.contains("timeout")) question.timeout = seconds_of(ask.at("timeout"));
  question.repeat = ask.value("repeat", 1U);
  return question;
}

dns::ServiceSpec service_of(const Json& service) {
  dns::ServiceSpec spec;
  spec.name = service.at("name").get<std::string>();
  spec.namespace_name = service.at("namespace").get<std::string>();
  spec.external_name = service.value("externalName", "");
  if (service.contains("clusterIPs")) {
    for (const Json& one : service.at("clusterIPs")) {
      const auto text = one.get<std::string>();
      if (text == "None") {
        spec.headless = true;
      } else if (const auto address = parse_ipv4(text)) {
        spec.cluster_ip = *address;
      } else {
        spec.cluster_ipv6 = text;
      }
    }
  }
  if (service.contains("ports")) {
    spec.ports = ports_of(service.at("ports"), false);
    spec.endpoint_ports = ports_of(service.at("ports"), true);
  }
  if (service.contains("endpoint_ports")) {
    spec.endpoint_ports = ports_of(service.at("endpoint_ports"), false);
  }
  if (service.contains("labels")) {
    for (const auto& [key, value] : service.at("labels").items()) {
      spec.labels.emplace_back(key, value.get<std::string>());
    }
  }
  if (service.contains("endpoints")) {
    for (const Json& one : service.at("endpoints")) {
      const bool is_ready =
          !one.contains("ready") || one.at("ready").is_null() || one.at("ready").get<bool>();
      spec.endpoints.push_back({one.at("ip").get<std::string>(), text_or_empty(one, "hostname"),
                                text_or_empty(one, "targetRef"), is_ready});
    }
  }
  return spec;
}

KubeContent content_of(const Json& fixture) {
  KubeContent content;
  for (const Json& name : fixture.at("namespaces")) content.namespaces.push_back(name);
  for (const Json& service : fixture.value("services", Json::array())) {
    content.services.push_back(service_of(service));
    content.services.back().exists = true;
  }
  for (const Json& pod : fixture.value("pods", Json::array())) {
    content.pods.push_back({pod.at("namespace"), pod.at("ip")});
  }
  return content;
}

Json json_of(const dns::DnsMessage& reply, std::uint32_t bytes) {
  Json flags = Json::array();
  if (reply.authoritative) flags.push_back("aa");
  if (reply.truncated) flags.push_back("tc");
  if (reply.recursion_desired) flags.push_back("rd");
  if (reply.recursion_available) flags.push_back("ra");
  if (reply.authentic) flags.push_back("ad");
  if (reply.checking_disabled) flags.push_back("cd");
  Json json{{"rcode", to_string(reply.rcode)}, {"flags", flags}, {"size", bytes}};
  json["question"] = nullptr;
  if (reply.has_question) {
    json["question"] = Json{{"name", reply.name}, {"type", to_string(reply.type)}};
    if (reply.record_class != dns::RecordClass::In) {
      json["question"]["class"] = to_string(reply.record_class);
    }
  }
  json["answer"] = json_of_records(reply.answer);
  if (!reply.authority.empty()) json["authority"] = json_of_records(reply.authority);
  if (!reply.additional.empty()) json["additional"] = json_of_records(reply.additional);
  if (reply.edns) {
    json["opt"] = Json{{"size", reply.edns->size}, {"do", reply.edns->dnssec_ok}};
    if (!reply.edns->options.empty()) json["opt"]["options"] = json_of_options(reply.edns->options);
  }
  return json;
}

Json json_of(const Arrived& arrived, Time asked) {
  constexpr double kShown = 0.9;
  constexpr double kShownProbe = 0.25;
  const dns::DnsMessage& query = arrived.query;
  Json json{{"to", arrived.to}, {"name", query.name}, {"type", to_string(query.type)}};
  if (query.record_class != dns::RecordClass::In) json["class"] = to_string(query.record_class);
  if (arrived.is_tcp) json["transport"] = "tcp";
  if (query.edns) {
    json["edns"] = query.edns->size;
    if (query.edns->dnssec_ok) json["do"] = true;
    if (!query.edns->options.empty()) json["options"] = json_of_options(query.edns->options);
  }
  if (query.checking_disabled) json["cd"] = true;
  if (!query.recursion_desired) json["rd"] = false;
  const double after = static_cast<double>((arrived.at - asked).count()) / 1e9;
  const double shown = query.type == dns::RecordType::Ns ? kShownProbe : kShown;
  if (after >= shown) json["at_s"] = std::round(after * 100) / 100;
  return json;
}

Json json_of(const Outcome& outcome, Duration timeout) {
  switch (outcome.kind) {
    case Outcome::Kind::Reply: return json_of(outcome.reply, outcome.bytes);
    case Outcome::Kind::Error: return Json{{"error", "ConnectionRefusedError"}};
    case Outcome::Kind::Timeout: break;
  }
  return Json{{"timeout", static_cast<double>(timeout.count()) / 1e9}};
}

}  // namespace meshsim::resolve
