// `rewrite edns0`: options put into the query's OPT record, and taken out of the reply's.
#pragma once

#include <optional>

#include "models/dns/rewrite.hpp"

namespace meshsim::dns {

// Whether the rule changed the query; `before`: the option of its code as it was.
bool rewrite_edns(const EdnsRule& rule, const RewriteClient& client, DnsMessage& query,
                  std::optional<EdnsOption>& before);

// Takes the option out of a reply, or gives it its old data back.
void revert_edns(std::uint16_t code, const std::string* before, DnsMessage& reply);

}  // namespace meshsim::dns
