// How values with a unit, addresses and shares are written: read exactly, printed so that they read
// back. A bare number has no unit and is refused, with what to write instead.
#pragma once

#include <string>
#include <string_view>

#include "meshsim/base/ip.hpp"
#include "meshsim/base/units.hpp"

namespace meshsim {

// Specialise for a type that is written as one scalar. `parse` says in `error` what is wrong and
// what to write; `pattern` is its form for the JSON Schema.
template <class T>
struct ScalarText;

template <>
struct ScalarText<Duration> {
  static constexpr std::string_view name = "time";
  static constexpr std::string_view example = "40ms";
  static constexpr std::string_view pattern = "^[0-9]+(\\.[0-9]+)? ?(ns|us|ms|s|m|h)$";
  static bool parse(std::string_view text, Duration& out, std::string& error);
  static std::string print(Duration value);
};

template <>
struct ScalarText<DurationRange> {
  static constexpr std::string_view name = "time or range of times";
  static constexpr std::string_view example = "700ms..1100ms";
  static constexpr std::string_view pattern =
      "^[0-9]+(\\.[0-9]+)? ?(ns|us|ms|s|m|h)(\\.\\.[0-9]+(\\.[0-9]+)? ?(ns|us|ms|s|m|h))?$";
  static bool parse(std::string_view text, DurationRange& out, std::string& error);
  static std::string print(const DurationRange& value);
};

template <>
struct ScalarText<Bytes> {
  static constexpr std::string_view name = "size";
  static constexpr std::string_view example = "64KiB";
  static constexpr std::string_view pattern =
      "^[0-9]+(\\.[0-9]+)? ?(B|kB|KB|MB|GB|TB|Ki|Mi|Gi|Ti|KiB|MiB|GiB|TiB)$";
  static bool parse(std::string_view text, Bytes& out, std::string& error);
  static std::string print(Bytes value);
};

template <>
struct ScalarText<BitRate> {
  static constexpr std::string_view name = "bit rate";
  static constexpr std::string_view example = "10Gbps";
  static constexpr std::string_view pattern = "^[0-9]+(\\.[0-9]+)? ?(bps|kbps|Mbps|Gbps|Tbps)$";
  static bool parse(std::string_view text, BitRate& out, std::string& error);
  static std::string print(BitRate value);
};

// A share of at most 1; "0.1%" is kept as 1/1000, never as a floating number.
template <>
struct ScalarText<Ratio> {
  static constexpr std::string_view name = "share";
  static constexpr std::string_view example = "0.1%";
  static constexpr std::string_view pattern = "^([0-9]+(\\.[0-9]+)?%|[0-9]+/[0-9]+|[01])$";
  static bool parse(std::string_view text, Ratio& out, std::string& error);
  static std::string print(Ratio value);
};

template <>
struct ScalarText<Ipv4> {
  static constexpr std::string_view name = "IPv4 address";
  static constexpr std::string_view example = "10.1.2.3";
  static constexpr std::string_view pattern = "^[0-9]+(\\.[0-9]+){3}$";
  static bool parse(std::string_view text, Ipv4& out, std::string& error);
  static std::string print(Ipv4 value);
};

template <>
struct ScalarText<Prefix> {
  static constexpr std::string_view name = "CIDR";
  static constexpr std::string_view example = "10.1.0.0/16";
  static constexpr std::string_view pattern = "^[0-9]+(\\.[0-9]+){3}/[0-9]+$";
  static bool parse(std::string_view text, Prefix& out, std::string& error);
  static std::string print(const Prefix& value);
};

}  // namespace meshsim
