// Domain names as text: absolute, with the trailing dot, as CoreDNS handles them. Letter case is
// kept where it came from a query; comparisons ignore it. Escapes in names are left out.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace meshsim::dns {

// "a.B" -> "a.b"
std::string lower(std::string_view text);
// "a.b" and "a.b." -> "a.b."; "" and "." -> "."
std::string absolute(std::string_view name);
// "a" below `origin`, or "a." as it is; "@" is the origin itself.
std::string qualified(std::string_view name, std::string_view origin);
// The usual text of an IPv6 address ("2001:db8::1"), or empty if it is none.
std::string canonical_ipv6(std::string_view text);
inline bool is_ipv6(std::string_view address) { return address.find(':') != address.npos; }
// "4.3.1.10.in-addr.arpa." is 10.1.3.4; empty if the name is no such one.
std::string from_in_addr(std::string_view name);
std::optional<std::array<unsigned char, 16>> ipv6_bytes(std::string_view text);
// The labels of an absolute name from the left; none of ".".
std::vector<std::string_view> labels_of(std::string_view name);
// Equal but for letter case.
bool same_name(std::string_view a, std::string_view b);
// Whether `name` equals `zone` or lies below it, on label boundaries; both absolute, any case.
bool is_in_zone(std::string_view name, std::string_view zone);
// An absolute name without empty labels, labels <= 63 and at most 255 bytes on the wire.
bool is_legal(std::string_view name);
// The name without its leftmost label; "." of a top name.
std::string_view parent(std::string_view name);
// Bytes on the wire without compression: the characters of the absolute name and one.
std::uint32_t wire_bytes(std::string_view name);

}  // namespace meshsim::dns
