// Corefiles, good and bad: what is read, and the errors with their places. The messages are those
// that CoreDNS 1.12.2 gave for the same texts.
#include "sim/import/corefile.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace meshsim {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

struct Reading {
  Sources sources;
  Diagnostics diagnostics;
  CorefileInput input;
  std::optional<dns::Config> config;

  void add(const std::string& path, std::string text) {
    input.files[path] = CorefileText{std::move(text), sources.add(path)};
  }
  void read() { config = parse_corefile(input, diagnostics); }
  std::string errors() const { return diagnostics.text(sources); }
};

Reading read(std::string corefile) {
  Reading reading;
  reading.add("Corefile", std::move(corefile));
  reading.input.node_resolvers = {*parse_ipv4("169.254.169.254")};
  reading.read();
  return reading;
}

std::vector<std::string> zones(const dns::Config& config) {
  std::vector<std::string> result;
  for (const dns::ServerBlock& block : config.blocks) {
    for (const dns::ServerKey& key : block.keys) {
      result.push_back(key.zone + ":" + std::to_string(key.port));
    }
  }
  return result;
}

constexpr auto kPeerServer =
    "cluster.c2:53 {\n    errors\n    cache 10\n"
    "    rewrite name substring cluster.c2 svc.cluster.local\n    forward . 10.2.2.11\n}\n";

TEST(Corefile, TheServerBlockOfAPeerIsReadWithItsPlaces) {
  const Reading reading = read(kPeerServer);
  ASSERT_TRUE(reading.config) << reading.errors();
  const dns::ServerBlock& block = reading.config->blocks.at(0);
  EXPECT_THAT(zones(*reading.config), ElementsAre("cluster.c2.:53"));
  EXPECT_EQ(block.cache->success_max, 10s);
  EXPECT_EQ(block.cache->success_min, 5s);
  ASSERT_THAT(block.rewrites, SizeIs(1));
  EXPECT_EQ(block.rewrites[0].match, dns::NameMatch::Substring);
  EXPECT_EQ(block.rewrites[0].from, "cluster.c2.");
  EXPECT_EQ(block.rewrites[0].to, "svc.cluster.local.");
  EXPECT_FALSE(block.rewrites[0].answer_auto);
  EXPECT_EQ(block.rewrites[0].pos, (Pos{1, 4, 5}));
  ASSERT_THAT(block.forwards, SizeIs(1));
  EXPECT_EQ(to_string(block.forwards[0].to.at(0).address), "10.2.2.11");
  EXPECT_EQ(block.forwards[0].pos, (Pos{1, 5, 5}));
}

TEST(Corefile, TheOkeCorefileImportsWhatCorednsCustomHolds) {
  Reading reading;
  const CorefileText peer{kPeerServer, reading.sources.add("coredns-custom-c1.yaml"), 10, 4};
  const CorefileText extra{"rewrite name old.example new.example\n", peer.file, 20, 4};
  reading.input = oke_corefile_input({}, {{"c2.server", peer}, {"x.override", extra}}, "1.12.2",
                                     {*parse_ipv4("169.254.169.254")});
  reading.read();
  ASSERT_TRUE(reading.config) << reading.errors();
  EXPECT_THAT(zones(*reading.config), ElementsAre(".:53", "cluster.c2.:53"));
  const dns::ServerBlock& base = reading.config->blocks[0];
  EXPECT_EQ(base.kubernetes->ttl, 5U);
  EXPECT_EQ(base.kubernetes->pods, dns::PodMode::Insecure);
  EXPECT_EQ(base.forwards.at(0).to.at(0).address, *parse_ipv4("169.254.169.254"));
  EXPECT_TRUE(base.has(dns::Plugin::Loadbalance));
  EXPECT_EQ(base.reload->interval, 30s);
  EXPECT_EQ(base.rewrites.at(0).pos, (Pos{1, 20, 5}));
  // Line 5 of the block scalar, whose first line is line 10 of the file, indented by 4.
  EXPECT_EQ(reading.config->blocks[1].forwards.at(0).pos, (Pos{1, 14, 9}));
}

TEST(Corefile, ATextWithEscapedNewlinesStandsAtOnePlace) {
  Reading reading;
  reading.input.files["Corefile"] = {". {\n forwrad . 1.2.3.4\n}\n",
                                     reading.sources.add("dump.json"), 581, 16, true};
  reading.read();
  EXPECT_THAT(reading.errors(), HasSubstr("dump.json:581:17: error: Corefile: Unknown directive"));
}

TEST(Corefile, KubernetesTakesItsTtlFromTheFile) {
  const Reading reading = read("cluster.local {\n kubernetes {\n  ttl 30\n }\n}\n");
  ASSERT_TRUE(reading.config) << reading.errors();
  EXPECT_EQ(reading.config->blocks[0].kubernetes->ttl, 30U);
  EXPECT_THAT(reading.config->blocks[0].kubernetes->zones, ElementsAre("cluster.local."));
}

struct ZonesCase {
  const char* corefile;
  std::vector<std::string> zones;
};

TEST(Corefile, KeysAreReadAsCoreDnsReadsThem) {
  const ZonesCase cases[] = {
      {"example.test {\n errors\n}\n", {"example.test.:53"}},
      {"dns://example.test {\n errors\n}\n", {"example.test.:53"}},
      {"example.test, other.test {\n errors\n}\n", {"example.test.:53", "other.test.:53"}},
      {"a.org,b.org:1053 {\n errors\n}\n", {"a.org.:53", "b.org.:1053"}},
      {"a.org,\nb.org {\n errors\n}\n", {"a.org.:53", "b.org.:53"}},
      {"10.0.0.0/8 {\n errors\n}\n", {"10.in-addr.arpa.:53"}},
      {"10.0.0.0/15 {\n errors\n}\n", {"0.10.in-addr.arpa.:53", "1.10.in-addr.arpa.:53"}},
      {"192.0.2.0/24:1053 {\n errors\n}\n", {"2.0.192.in-addr.arpa.:1053"}},
      {".:53\n{\n errors\n}\n", {".:53"}},
      {".:53\nerrors\nlog\n", {".:53"}},
      {"\xEF\xBB\xBF.:53 {\r\n errors\r\n}\r\n", {".:53"}},
      {"# first\n. { # second\n errors # third\n}\n", {".:53"}},
      {".:{$LABPORT}\nerrors\n", {".:1053"}},
      {"(common) {\n errors\n log\n}\n. {\n import common\n}\n", {".:53"}},
  };
  for (const ZonesCase& each : cases) {
    Reading reading;
    reading.add("Corefile", each.corefile);
    reading.input.environment = {{"LABPORT", "1053"}};
    reading.read();
    ASSERT_TRUE(reading.config) << each.corefile << reading.errors();
    EXPECT_EQ(zones(*reading.config), each.zones) << each.corefile;
  }
}

struct ErrorCase {
  const char* corefile;
  const char* error;  // as printed
};

TEST(Corefile, ErrorsAreThoseOfCoreDnsWithTheirPlaces) {
  const ErrorCase cases[] = {
      {".:53 {\n errors\n}\n. {\n errors\n}\n",
       "Corefile:4:1: error: Corefile: cannot serve dns://.:53 - it is already defined"},
      {". {\n forwrad . 198.51.100.9\n}\n",
       "Corefile:2:2: error: Corefile: Unknown directive 'forwrad'; did you mean 'forward'?"},
      {". {\n forward . 198.51.100.1#nlb of c2\n}\n",
       "Corefile:2:29: error: Corefile: plugin/forward: not an IP address or file: \"of\""},
      {". {\n forward .\n}\n",
       "Corefile:2:10: error: Corefile: plugin/forward: Wrong argument count or unexpected line "
       "ending after '.'"},
      {". {\n forward . dns.example\n}\n",
       "Corefile:2:12: error: Corefile: plugin/forward: not an IP address or file: "
       "\"dns.example\""},
      {". {\n forward . 198.51.100.1 {\n  policy fastest\n }\n}\n",
       "Corefile:3:10: error: Corefile: plugin/forward: unknown policy 'fastest'"},
      {". {\n forward . 198.51.100.1 {\n  failover NXDOMAIN\n }\n}\n",
       "Corefile:3:3: error: Corefile: plugin/forward: unknown property 'failover'"},
      {". {\n forward . 198.51.100.1 {\n  expire -1s\n }\n}\n",
       "Corefile:3:10: error: Corefile: plugin/forward: expire can't be negative: -1s"},
      {". {\n cache\n cache 10\n}\n",
       "Corefile:3:2: error: Corefile: plugin/cache: this plugin can only be used once per Server "
       "Block"},
      {". {\n cache 0\n}\n",
       "Corefile:2:8: error: Corefile: plugin/cache: cache TTL can not be zero or negative: 0"},
      {"cluster.local {\n kubernetes {\n  ttl 3601\n }\n}\n",
       "Corefile:3:7: error: Corefile: plugin/kubernetes: ttl must be in range [0, 3600]: 3601"},
      {". {\n secondary\n}\n",
       "Corefile:2:2: error: Corefile: plugin 'secondary' is not modelled yet"},
      {". {\n rewrite ttl exact x.test 9-5\n}\n",
       "Corefile:2:27: error: Corefile: plugin/rewrite: ttl must be a number or a range, received: "
       "9-5"},
      {". {\n template IN A {\n  answer \"{{ .Nothing }} 60 IN A 10.0.0.1\"\n }\n}\n",
       "Corefile:3:10: error: Corefile: plugin/template: could not compile template"},
      {". {\n acl {\n  deny\n }\n}\n",
       "Corefile:3:3: error: Corefile: plugin/acl: unexpected token 'deny'"},
      {". {\n rewrite name regex ^([a-z]+)$ {0}{1}.test\n}\n",
       "Corefile:2:21: error: Corefile: plugin/rewrite: the rewrite regex pattern ({0}{1}.test) "
       "uses more subexpressions than its corresponding matching regex pattern (^([a-z]+)$)"},
      {". {\n rewrite name regex (.*)\\.p {1}.s answer auto answer name x y\n}\n",
       "auto name answer rule cannot be combined with explicit name anwer rules"},
      {". {\n rewrite name suffixx a b\n}\n",
       "Corefile:2:15: error: Corefile: plugin/rewrite: name rule supports only exact, prefix, "
       "suffix, substring, and regex name matching, received: suffixx"},
      {". {\n import common\n}\n(common) {\n errors\n}\n",
       "Corefile:2:9: error: Corefile: File to import not found: common"},
      {"cluster.c7 {\n forward . 198.51.100.2\n",
       "Corefile:2:12: error: Corefile: Syntax error: Unexpected token '198.51.100.2', expecting "
       "'}'"},
      {"a.org, {\n errors\n}\n",
       "Corefile:1:8: error: Corefile: Expected another address but had '{'"},
      {". {\n errors }\n}\n",
       "Corefile:2:9: error: Corefile: Unexpected '}' because no matching opening brace"},
      {"tls://. {\n errors\n}\n", "Corefile:1:1: error: Corefile: server block key 'tls://.'"},
  };
  for (const ErrorCase& each : cases) {
    const Reading reading = read(each.corefile);
    EXPECT_FALSE(reading.config) << each.corefile;
    EXPECT_THAT(reading.errors(), HasSubstr(each.error)) << each.corefile;
  }
}

TEST(Corefile, AllErrorsOfTheBlocksAreReported) {
  const Reading reading = read(". {\n cache 0\n forward . nowhere\n route53\n}\n");
  EXPECT_EQ(reading.diagnostics.errors(), 3U);
}

TEST(Corefile, AGlobWithoutMatchesIsHarmlessAMissingFileIsNot) {
  EXPECT_TRUE(read(". {\n errors\n}\nimport custom/*.server\n").config);
  EXPECT_FALSE(read(". {\n errors\n}\nimport custom/c2.server\n").config);
}

TEST(Corefile, AnOverrideCannotAddAServerBlock) {
  Reading reading;
  reading.input = oke_corefile_input(
      {}, {{"x.override", {kPeerServer, reading.sources.add("x.yaml"), 1, 0}}}, "1.12.2", {});
  reading.read();
  EXPECT_THAT(reading.errors(), HasSubstr("x.yaml:1:1: error: custom/x.override: Unknown directive "
                                          "'cluster.c2:53'"));
}

TEST(Corefile, WarnsOfAZoneThatNeverMatches) {
  const Reading reading = read("EXAMPLE.Test:53 {\n errors\n}\n");
  EXPECT_TRUE(reading.config);
  EXPECT_THAT(reading.errors(), HasSubstr("Corefile:1:1: warning: Corefile: server block key "
                                          "'EXAMPLE.Test:53' has upper-case letters"));
}

TEST(Corefile, QuotedWordsMayHoldBlanksAndBraces) {
  const Reading reading = read(". {\n rewrite name regex \"a{1}\\.b c\" x.test\n}\n");
  ASSERT_TRUE(reading.config) << reading.errors();
  EXPECT_EQ(reading.config->blocks[0].rewrites.at(0).from, "a{1}\\.b c");
}

TEST(Corefile, ARewriteRuleMayStandInBraces) {
  const Reading reading = read(
      ". {\n rewrite continue {\n  name regex (.*)\\.peer {1}.svc\n  answer name (.*)\\.svc "
      "{1}.peer\n }\n}\n");
  ASSERT_TRUE(reading.config) << reading.errors();
  const dns::RewriteRule& rule = reading.config->blocks[0].rewrites.at(0);
  EXPECT_FALSE(rule.stop);
  EXPECT_THAT(rule.answers, SizeIs(1));
  EXPECT_THAT(reading.diagnostics.list(), IsEmpty());
}

}  // namespace
}  // namespace meshsim
