// Address space first, memory as it is touched. A million events span more small pages than the
// processor can look up without a miss each, so whatever is full becomes large pages.
#include "reserved_memory.hpp"

#include <sys/mman.h>

#include <cstdint>

#include "meshsim/base/check.hpp"

namespace meshsim {
namespace {

constexpr std::size_t kLargePage = std::size_t{2} << 20;
// From here on a large page that is used in part only wastes little.
constexpr std::size_t kLarge = std::size_t{32} << 20;
// MADV_COLLAPSE of Linux 6.1, which the C library does not name yet.
constexpr int kCollapse = 25;

}  // namespace

ReservedMemory::ReservedMemory(std::size_t size) : size_(size) {
  range_ = mmap(nullptr, size + kLargePage, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                -1, 0);
  check(range_ != MAP_FAILED, "the system grants addresses without memory (see ulimit -v)");
  const auto address = reinterpret_cast<std::uintptr_t>(range_);
  begin_ = static_cast<std::byte*>(range_) + (kLargePage - address % kLargePage);
}

ReservedMemory::~ReservedMemory() { munmap(range_, size_ + kLargePage); }

void ReservedMemory::grow() {
  check(usable_ < size_, "a world fits into the addresses reserved for it");
  check(mprotect(begin_ + usable_, kLargePage, PROT_READ | PROT_WRITE) == 0,
        "the system grants the memory that the world needs");
  // Wishes: an older system does without.
  if (usable_ >= kLarge) {
    madvise(begin_ + usable_, kLargePage, MADV_HUGEPAGE);
  } else if (usable_ > 0) {
    madvise(begin_ + usable_ - kLargePage, kLargePage, kCollapse);
  }
  usable_ += kLargePage;
}

}  // namespace meshsim
