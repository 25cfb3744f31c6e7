// The expressions of `view`: comparisons of the client's address, joined by && and ||.
#include <optional>

#include "models/dns/answerers.hpp"

namespace meshsim::dns {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// What stands between the first pair of quotes.
std::string_view quoted(std::string_view text) {
  const std::size_t begin = text.find_first_of("'\"");
  if (begin == text.npos) return {};
  const std::size_t end = text.find(text[begin], begin + 1);
  return end == text.npos ? std::string_view{} : text.substr(begin + 1, end - begin - 1);
}

std::optional<bool> comparison(std::string_view text, Ipv4 client) {
  text = trimmed(text);
  const bool is_negated = text.starts_with("!");
  if (is_negated) text = trimmed(text.substr(1));
  std::optional<bool> result;
  if (text.starts_with("incidr(client_ip(),")) {
    if (const auto net = parse_prefix(quoted(text))) result = net->contains(client);
  } else if (text.starts_with("client_ip()")) {
    const std::string_view rest = trimmed(text.substr(11));
    const auto address = parse_ipv4(quoted(rest));
    if (address && rest.starts_with("==")) result = *address == client;
    if (address && rest.starts_with("!=")) result = *address != client;
  } else if (text == "true" || text == "false") {
    result = text == "true";
  }
  if (!result) return std::nullopt;
  return *result != is_negated;
}

// `&&` binds more tightly than `||`.
std::optional<bool> evaluated(std::string_view text, Ipv4 client) {
  for (const std::string_view join : {"||", "&&"}) {
    const std::size_t at = text.find(join);
    if (at == text.npos) continue;
    const auto left = evaluated(text.substr(0, at), client);
    const auto right = evaluated(text.substr(at + 2), client);
    if (!left || !right) return std::nullopt;
    return join == "||" ? *left || *right : *left && *right;
  }
  return comparison(text, client);
}

}  // namespace

bool is_view_expression(std::string_view expression) {
  return evaluated(expression, {}).has_value();
}

bool view_holds(std::string_view expression, Ipv4 client) {
  return expression.empty() || evaluated(expression, client).value_or(false);
}

}  // namespace meshsim::dns
