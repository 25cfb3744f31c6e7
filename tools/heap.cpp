// jemalloc with large pages: a mesh of many clusters looks up a little in a lot of memory, and with
// small ones half of that is looking for pages (docs/performance.md). Sanitizers bring a heap of
// their own.
#include "tools/heap.hpp"

#ifdef MESHSIM_JEMALLOC
#include <jemalloc/jemalloc.h>

// Read by jemalloc before main().
extern "C" const char* malloc_conf;
const char* malloc_conf = "thp:always,metadata_thp:auto";
#else
#include <malloc.h>
#endif

namespace meshsim::tools {

std::uint64_t heap_in_use() {
#ifdef MESHSIM_JEMALLOC
  // The figures are those of the epoch's beginning; writing begins one.
  std::uint64_t epoch = 1;
  mallctl("epoch", nullptr, nullptr, &epoch, sizeof epoch);
  std::size_t allocated = 0;
  std::size_t size = sizeof allocated;
  mallctl("stats.allocated", &allocated, &size, nullptr, 0);
  return allocated;
#else
  const struct mallinfo2 heap = mallinfo2();
  return heap.uordblks + heap.hblkhd;
#endif
}

}  // namespace meshsim::tools
