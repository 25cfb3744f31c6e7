// A range of addresses that never moves, of which memory is used only as far as it was ever
// touched.
#pragma once

#include <cstddef>

namespace meshsim {

class ReservedMemory {
 public:
  // `size`: bytes, a multiple of 2 MiB. Refused addresses or memory break a promise.
  explicit ReservedMemory(std::size_t size);
  ~ReservedMemory();
  ReservedMemory(const ReservedMemory&) = delete;
  ReservedMemory& operator=(const ReservedMemory&) = delete;

  std::byte* begin() const { return begin_; }
  // Bytes from begin() that may be used.
  std::size_t usable() const { return usable_; }
  // Makes more of it usable; zeroed. To be called when all that is usable is used.
  void grow();

 private:
  void* range_ = nullptr;
  std::byte* begin_ = nullptr;
  std::size_t size_;
  std::size_t usable_ = 0;
};

}  // namespace meshsim
