// Address space first, memory as it is touched. A large range asks for large pages: a million
// events span more small ones than the processor can look up without a miss each.
#include "reserved_memory.hpp"

#include <sys/mman.h>

#include <cstdint>

#include "meshsim/base/check.hpp"

namespace meshsim {
namespace {

constexpr std::size_t kLargePage = std::size_t{2} << 20;
constexpr std::size_t kStep = std::size_t{64} << 20;
constexpr std::size_t kSmall = std::size_t{16} << 20;  // stays in small pages

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
  const std::size_t step = usable_ == 0 ? kSmall : kStep - usable_ % kStep;
  check(usable_ + step <= size_, "a world fits into the addresses reserved for it");
  check(mprotect(begin_ + usable_, step, PROT_READ | PROT_WRITE) == 0,
        "the system grants the memory that the world needs");
  if (usable_ != 0) madvise(begin_ + usable_, step, MADV_HUGEPAGE);  // a wish only
  usable_ += step;
}

}  // namespace meshsim
