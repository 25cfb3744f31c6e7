// IPv4 addresses and prefixes as plain values. Text is read by Boost.Asio's rules (base/ip.cpp).
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace meshsim {

struct Ipv4 {
  std::uint32_t value = 0;  // host byte order; 0 means "no address"
  friend constexpr auto operator<=>(Ipv4, Ipv4) = default;
  constexpr explicit operator bool() const { return value != 0; }
};

struct Prefix {
  Ipv4 base;
  std::uint8_t length = 0;  // 0..32

  constexpr std::uint32_t mask() const {
    return length == 0 ? 0U : ~std::uint32_t{0} << (32 - length);
  }
  constexpr bool contains(Ipv4 address) const {
    return (address.value & mask()) == (base.value & mask());
  }
  constexpr bool overlaps(const Prefix& other) const {
    return contains(other.base) || other.contains(base);
  }
  constexpr std::uint64_t size() const { return std::uint64_t{1} << (32 - length); }
  friend constexpr auto operator<=>(const Prefix&, const Prefix&) = default;
};

// "10.1.2.3"; nothing if the text is no IPv4 address.
std::optional<Ipv4> parse_ipv4(std::string_view text);
// "10.1.0.0/16"; nothing if the text is no prefix or has bits set behind the mask.
std::optional<Prefix> parse_prefix(std::string_view text);

std::string to_string(Ipv4 address);
std::string to_string(const Prefix& prefix);

}  // namespace meshsim
