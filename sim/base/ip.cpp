// Reads and writes addresses through Boost.Asio's address types; the only includer of them.
#include "meshsim/base/ip.hpp"

#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/network_v4.hpp>

namespace meshsim {

namespace ip = boost::asio::ip;

std::optional<Ipv4> parse_ipv4(std::string_view text) {
  boost::system::error_code error;
  const auto address = ip::make_address_v4(std::string{text}, error);
  if (error) return std::nullopt;
  return Ipv4{address.to_uint()};
}

std::optional<Prefix> parse_prefix(std::string_view text) {
  boost::system::error_code error;
  const auto network = ip::make_network_v4(std::string{text}, error);
  if (error || network.address() != network.network()) return std::nullopt;
  return Prefix{Ipv4{network.network().to_uint()},
                static_cast<std::uint8_t>(network.prefix_length())};
}

std::string to_string(Ipv4 address) { return ip::address_v4{address.value}.to_string(); }

std::string to_string(const Prefix& prefix) {
  return to_string(prefix.base) + "/" + std::to_string(prefix.length);
}

}  // namespace meshsim
