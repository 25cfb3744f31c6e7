// The schema and the explain pages say what the reader accepts.
#include "sim/config/schema.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace meshsim {

struct PortSpec {
  std::uint16_t port = 53;
  Duration idle = 120s;
  bool open = true;
};

template <>
struct Fields<PortSpec> {
  static constexpr auto list = std::tuple{
      field("port", &PortSpec::port, "where it listens").range(1, 65535),
      field("idle", &PortSpec::idle, "forgets a flow after"),
      field("open", &PortSpec::open, "to everyone"),
  };
};

struct HostSpec {
  std::string name;
  Either<std::vector<PortSpec>, PortSpec> ports;
};

template <>
struct Fields<HostSpec> {
  static constexpr auto list = std::tuple{
      field("name", &HostSpec::name, "its name").required(),
      field("ports", &HostSpec::ports, "what it offers"),
  };
};

namespace {

using testing::HasSubstr;

const std::array kRoots{ExplainRoot{"host", "one host", value_type<HostSpec>}};

TEST(Schema, IsDraft07WithTypesDefaultsAndRequiredKeys) {
  const auto schema = nlohmann::json::parse(json_schema("host", value_type<HostSpec>()));
  EXPECT_EQ(schema["$schema"], "http://json-schema.org/draft-07/schema#");
  EXPECT_EQ(schema["required"], nlohmann::json::array({"name"}));
  EXPECT_EQ(schema["additionalProperties"], false);
  const auto& port = schema["properties"]["ports"]["anyOf"][0]["items"]["properties"];
  EXPECT_EQ(port["port"]["maximum"], 65535);
  EXPECT_EQ(port["port"]["default"], 53);
  EXPECT_EQ(port["open"]["default"], true);
  EXPECT_EQ(port["idle"]["default"], "120s");
  EXPECT_EQ(port["idle"]["type"], "string");
}

TEST(Explain, ShowsTheKeysOfAMapping) {
  std::string error;
  const auto page = explain("host", kRoots, error);
  ASSERT_TRUE(page) << error;
  EXPECT_THAT(*page, HasSubstr("host: mapping\n  one host\n"));
  EXPECT_THAT(*page, HasSubstr("name   text                           required  its name\n"));
}

TEST(Explain, FollowsDottedPathsThroughLists) {
  std::string error;
  const auto page = explain("host.ports.idle", kRoots, error);
  ASSERT_TRUE(page) << error;
  EXPECT_EQ(*page,
            "host.ports.idle: time\n  forgets a flow after\n  default: 120s\n  example: 40ms\n");
}

TEST(Explain, NamesTheNearestOfWhatIsUnknown) {
  std::string error;
  EXPECT_FALSE(explain("host.prots", kRoots, error));
  EXPECT_EQ(error, "'prots' is unknown below 'host'; did you mean 'ports'?");
  EXPECT_FALSE(explain("hots", kRoots, error));
  EXPECT_EQ(error, "'hots' is unknown here; did you mean 'host'?");
  EXPECT_FALSE(explain("host.name.x", kRoots, error));
  EXPECT_EQ(error, "'x' is unknown below 'host.name', which has no keys");
}

}  // namespace
}  // namespace meshsim
