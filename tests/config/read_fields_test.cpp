// Specs are filled from mappings, and every mistake names its place and what to write.
#include "sim/config/read_fields.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/config/write_yaml.hpp"

namespace meshsim {

enum class Shape : std::uint8_t { Full, Hub };

template <>
struct Words<Shape> {
  static constexpr std::array list{std::pair{std::string_view{"full"}, Shape::Full},
                                   std::pair{std::string_view{"hub"}, Shape::Hub}};
};

struct LinkSpec {
  std::string to;
  Duration latency{};
  std::optional<Bytes> buffer;
  Ratio loss{};
  Pos pos;
};

template <>
struct Fields<LinkSpec> {
  static constexpr auto list = std::tuple{
      field("to", &LinkSpec::to, "name of the far end").required(),
      field("latency", &LinkSpec::latency, "one-way delay").required(),
      field("buffer", &LinkSpec::buffer, "bytes that wait"),
      field("loss", &LinkSpec::loss, "share of packets lost"),
  };
};

struct RegionSpec {
  std::string name;
  std::vector<LinkSpec> links;
  Shape shape = Shape::Full;
  std::uint8_t nodes = 3;
  bool is_public = false;
  DurationRange restart{1s, 2s};
  BitRate rate = gigabits(10);
  std::vector<Prefix> cidrs;
  Located<Ipv4> address;
  Either<std::string, LinkSpec> uplink;
};

template <>
struct Fields<RegionSpec> {
  static constexpr auto list = std::tuple{
      field("name", &RegionSpec::name, "its name"),
      field("links", &RegionSpec::links, "to other regions"),
      field("shape", &RegionSpec::shape, "who is linked to whom"),
      field("nodes", &RegionSpec::nodes, "how many nodes").range(1, 100),
      field("public", &RegionSpec::is_public, "has public addresses"),
      field("restart", &RegionSpec::restart, "how long a restart takes"),
      field("rate", &RegionSpec::rate, "of the uplink"),
      field("cidrs", &RegionSpec::cidrs, "its addresses"),
      field("address", &RegionSpec::address, "of its gateway"),
      field("uplink", &RegionSpec::uplink, "a name or a link"),
  };
};

namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct Read {
  Sources sources;
  Diagnostics diagnostics;
  RegionSpec spec;
  bool ok = false;

  explicit Read(std::string_view text) {
    const auto documents = parse_yaml(text, sources.add("in.yaml"), diagnostics);
    if (!documents.empty()) ok = read_fields(documents[0], spec, diagnostics, "regions[1]");
  }
  std::string errors() const { return diagnostics.text(sources); }
};

TEST(ReadFields, FillsEveryKindOfValue) {
  const Read read(
      "name: iad\n"
      "links: [{to: phx, latency: 1.5ms, buffer: 64Ki, loss: 0.1%}, {to: fra, latency: 40us}]\n"
      "shape: hub\nnodes: 5\npublic: true\nrestart: 700ms..1.1s\nrate: 2.5Gbps\n"
      "cidrs: [10.1.0.0/16]\naddress: 10.1.0.1\nuplink: phx\n");
  ASSERT_TRUE(read.ok) << read.errors();
  EXPECT_EQ(read.spec.links[0].latency, 1500us);
  EXPECT_EQ(read.spec.links[0].buffer->count, 65536U);
  EXPECT_EQ(read.spec.links[0].loss, (Ratio{1, 1000}));
  EXPECT_FALSE(read.spec.links[1].buffer.has_value());
  EXPECT_EQ(read.spec.links[1].pos, (Pos{1, 2, 62}));
  EXPECT_EQ(read.spec.shape, Shape::Hub);
  EXPECT_EQ(read.spec.nodes, 5);
  EXPECT_TRUE(read.spec.is_public);
  EXPECT_EQ(read.spec.restart, (DurationRange{700ms, 1100ms}));
  EXPECT_EQ(read.spec.rate, megabits(2500));
  EXPECT_EQ(to_string(read.spec.cidrs.at(0)), "10.1.0.0/16");
  EXPECT_EQ(read.spec.address.pos, (Pos{1, 9, 10}));
  EXPECT_EQ(read.spec.uplink.brief, "phx");
}

TEST(ReadFields, AnEitherTakesAMappingToo) {
  const Read read("uplink: {to: phx, latency: 1ms}\n");
  ASSERT_TRUE(read.ok) << read.errors();
  EXPECT_EQ(read.spec.uplink.mapping->to, "phx");
}

TEST(ReadFields, WhatIsNotGivenKeepsItsDefault) {
  const Read read("name: iad\n");
  EXPECT_EQ(read.spec.nodes, 3);
  EXPECT_EQ(read.spec.restart, (DurationRange{1s, 2s}));
}

TEST(ReadFields, AllErrorsAreReportedInOneGo) {
  const Read read("nodes: 0\nnam: iad\nlinks:\n  - {to: phx, latncy: 1ms}\nshape: star\n");
  EXPECT_EQ(read.errors(),
            "in.yaml:1:8: error: regions[1].nodes: 0 is out of range; write 1 to 100\n"
            "in.yaml:2:1: error: regions[1].nam: unknown; did you mean 'name'?\n"
            "in.yaml:4:15: error: regions[1].links[0].latncy: unknown; did you mean 'latency'?\n"
            "in.yaml:4:5: error: regions[1].links[0].latency: is missing: one-way delay\n"
            "in.yaml:5:8: error: regions[1].shape: 'star' is unknown; write one of: full, hub\n");
}

struct Wrong {
  std::string text;
  std::string expected;
};

class WrongValue : public testing::TestWithParam<Wrong> {};

TEST_P(WrongValue, IsAnErrorAtTheValue) {
  const Read read(GetParam().text);
  EXPECT_FALSE(read.ok);
  EXPECT_EQ(read.errors(), "in.yaml:" + GetParam().expected + "\n");
}

INSTANTIATE_TEST_SUITE_P(
    Values, WrongValue,
    testing::Values(
        Wrong{"links: [{to: a, latency: 40}]",
              "1:26: error: regions[1].links[0].latency: '40' has no unit; write 40ms"},
        Wrong{"links: [{to: a, latency: 40mss}]",
              "1:26: error: regions[1].links[0].latency: '40mss': 'mss' is no unit of a time; "
              "write ns, us, ms, s, m or h"},
        Wrong{"links: [{to: a, latency: -4ms}]",
              "1:26: error: regions[1].links[0].latency: '-4ms' is negative; a time is not"},
        Wrong{"links: [{to: a, latency: soon}]",
              "1:26: error: regions[1].links[0].latency: 'soon' is no time; write one like 40ms"},
        Wrong{"links: [{to: a, latency: 1.5ns}]",
              "1:26: error: regions[1].links[0].latency: '1.5ns' is finer than 1ns"},
        Wrong{"links: [{to: a, latency: 9999999999h}]",
              "1:26: error: regions[1].links[0].latency: '9999999999h' is too large"},
        Wrong{"links: [{to: a, latency: [1ms]}]",
              "1:26: error: regions[1].links[0].latency: is a list; write a time like 40ms"},
        Wrong{"links:\n  - to: a\n    latency:\n",
              "3:5: error: regions[1].links[0].latency: has no value; write a time like 40ms"},
        Wrong{"links: {to: a}",
              "1:8: error: regions[1].links: is a mapping; write a list, as in [a, b] or with one "
              "'- ' per line"},
        Wrong{"links: [a]",
              "1:9: error: regions[1].links[0]: is a text; write a mapping with the keys: to, "
              "latency, buffer, loss"},
        Wrong{"links: [{to: a, latency: 1ms, loss: 0.5}]",
              "1:37: error: regions[1].links[0].loss: '0.5' has no unit; write one like 0.1% or "
              "1/1000"},
        Wrong{"links: [{to: a, latency: 1ms, loss: 101%}]",
              "1:37: error: regions[1].links[0].loss: '101%' is more than the whole; write one "
              "like 0.1% or 1/1000"},
        Wrong{"nodes: three",
              "1:8: error: regions[1].nodes: 'three' is no whole number; write 1 "
              "to 100"},
        Wrong{"nodes: '3'", "1:8: error: regions[1].nodes: '3' is no whole number; write 1 to 100"},
        Wrong{"nodes: 99999999999999999999",
              "1:8: error: regions[1].nodes: 99999999999999999999 is out of range; write 1 to "
              "100"},
        Wrong{"public: yes",
              "1:9: error: regions[1].public: 'yes' is neither; write true or "
              "false"},
        Wrong{"shape: ful",
              "1:8: error: regions[1].shape: 'ful' is unknown; did you mean "
              "'full'?"},
        Wrong{"restart: 2s..1s",
              "1:10: error: regions[1].restart: '2s..1s' ends before it "
              "starts; write the smaller time first"},
        Wrong{"restart: {min: 1s}", "1:10: error: regions[1].restart: needs both min and max"},
        Wrong{"restart: {min: 1, max: 2s}",
              "1:16: error: regions[1].restart.min: '1' has no unit; write 1ms"},
        Wrong{"rate: 0bps",
              "1:7: error: regions[1].rate: a rate of 0 moves nothing; write at "
              "least 1bps"},
        Wrong{"rate: 10", "1:7: error: regions[1].rate: '10' has no unit; write 10Gbps"},
        Wrong{"cidrs: [10.1.0.5/16]",
              "1:9: error: regions[1].cidrs[0]: '10.1.0.5/16' has bits "
              "set behind its mask; write 10.1.0.0/16"},
        Wrong{"cidrs: [10.1.0.0]",
              "1:9: error: regions[1].cidrs[0]: '10.1.0.0' has no prefix "
              "length; write 10.1.0.0/32 for the one address"},
        Wrong{"cidrs: [10.1.0.0/33]",
              "1:9: error: regions[1].cidrs[0]: '10.1.0.0/33' is no CIDR; "
              "write one like 10.1.0.0/16"},
        Wrong{"address: 10.1.0.256",
              "1:10: error: regions[1].address: '10.1.0.256' is no IPv4 "
              "address; write one like 10.1.2.3"},
        Wrong{"zzzzzzzzz: 1",
              "1:1: error: regions[1].zzzzzzzzz: unknown; known here are: name, "
              "links, shape, nodes, public, restart, rate, cidrs, address, "
              "uplink"}));

TEST(Quantities, AreExactAndPrintAsTheyAreRead) {
  struct Case {
    std::string text;
    std::int64_t ns;
  };
  for (const auto& [text, count] : std::vector<Case>{{"40ms", 40'000'000},
                                                     {"1.5s", 1'500'000'000},
                                                     {"0.1us", 100},
                                                     {"3us", 3'000},
                                                     {"0ns", 0},
                                                     {"7ns", 7}}) {
    Duration value{};
    std::string error;
    ASSERT_TRUE(ScalarText<Duration>::parse(text, value, error)) << error;
    EXPECT_EQ(value.count(), count);
    Duration again{};
    ASSERT_TRUE(ScalarText<Duration>::parse(ScalarText<Duration>::print(value), again, error));
    EXPECT_EQ(again, value);
  }
  EXPECT_EQ(ScalarText<Duration>::print(1500ms), "1.5s");
  EXPECT_EQ(ScalarText<Duration>::print(90s), "90s");
  EXPECT_EQ(ScalarText<BitRate>::print(megabits(2500)), "2.5Gbps");
  EXPECT_EQ(ScalarText<Bytes>::print({65536}), "64Ki");
  EXPECT_EQ(ScalarText<Ratio>::print({1, 1000}), "1/1000");
}

TEST(WriteYaml, ReadsBackToTheSameSpec) {
  const Read first(
      "name: 'yes'\nlinks: [{to: '7', latency: 1.5ms, buffer: 64Ki, loss: 1/3}, {to: 'a: b', "
      "latency: 40us}]\nshape: hub\nrestart: 700ms..1.1s\ncidrs: [10.1.0.0/16, 10.2.0.0/16]\n"
      "address: 10.1.0.1\nuplink: {to: \"x\\n\\\"y\", latency: 1ms}\n");
  ASSERT_TRUE(first.ok) << first.errors();
  const std::string text = write_yaml(to_node(first.spec));
  const Read second(text);
  ASSERT_TRUE(second.ok) << second.errors() << text;
  EXPECT_EQ(write_yaml(to_node(second.spec)), text);
  EXPECT_EQ(second.spec.name, "yes");
  EXPECT_EQ(second.spec.links.at(1).to, "a: b");
  EXPECT_EQ(second.spec.uplink.mapping->to, "x\n\"y");
  EXPECT_THAT(text, HasSubstr("cidrs: [10.1.0.0/16, 10.2.0.0/16]\n"));
  EXPECT_THAT(text, HasSubstr("  - {to: \"7\", latency: 1.5ms, buffer: 64Ki, loss: 1/3}\n"));
}

}  // namespace
}  // namespace meshsim
