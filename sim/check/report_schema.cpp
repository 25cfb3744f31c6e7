// The JSON Schema of `meshsim check -o json`, written beside the code that prints it.
#include <nlohmann/json.hpp>

#include "sim/check/report.hpp"

namespace meshsim::checks {
namespace {

using Json = nlohmann::ordered_json;

Json text() { return {{"type", "string"}}; }
Json count() { return {{"type", "integer"}, {"minimum", 0}}; }
Json one_of(std::initializer_list<const char*> words) { return {{"enum", words}}; }
Json or_null(const char* type) { return {{"type", {type, "null"}}}; }

Json object_of(Json properties) {
  Json required = Json::array();
  for (const auto& [key, value] : properties.items()) required.push_back(key);
  return {{"type", "object"}, {"required", required}, {"properties", std::move(properties)}};
}

Json list(Json items) { return {{"type", "array"}, {"items", std::move(items)}}; }

Json place() {
  Json type = object_of({{"file", text()}, {"line", count()}, {"column", count()}});
  type["type"] = {"object", "null"};
  return type;
}

Json level() { return one_of({"error", "warning", "note"}); }

}  // namespace

std::string check_schema() {
  const Json finding = object_of({{"rule", {{"type", "string"}, {"pattern", "^MS[0-9]{4}$"}}},
                                  {"level", level()},
                                  {"at", place()},
                                  {"objects", list(text())},
                                  {"message", text()},
                                  {"remedy", text()},
                                  {"path", list(object_of({{"text", text()}, {"at", place()}}))},
                                  {"accepted", or_null("string")},
                                  {"acceptedAt", place()}});
  const Json unknown = object_of({{"of", one_of({"whole", "vcn", "drg", "peering", "cluster"})},
                                  {"name", text()},
                                  {"what", text()},
                                  {"why", text()},
                                  {"at", place()}});
  const Json rule =
      object_of({{"id", text()},
                 {"level", level()},
                 {"title", text()},
                 {"outcome", one_of({"clean", "found", "accepted", "unknown", "not-asked"})},
                 {"findings", count()},
                 {"unknowns", list(unknown)}});
  Json schema{{"$schema", "http://json-schema.org/draft-07/schema#"},
              {"title", "meshsim check -o json"}};
  schema.update(object_of({{"apiVersion", {{"const", "meshsim.dev/v1alpha1"}}},
                           {"kind", {{"const", "CheckResult"}}},
                           {"subject", text()},
                           {"version", text()},
                           {"errors", count()},
                           {"warnings", count()},
                           {"notes", count()},
                           {"accepted", count()},
                           {"findings", list(finding)},
                           {"rules", list(rule)},
                           {"diagnostics", list(text())}}));
  return schema.dump(2) + "\n";
}

}  // namespace meshsim::checks
