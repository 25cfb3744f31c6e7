# Writes a .cpp with the texts of PAGES as string literals, one after the other, so that the program
# needs no file at run time: cmake -DPAGES=... -DOUT=... -P embed_pages.cmake
set(texts "")
foreach(page IN LISTS PAGES)
  file(READ "${page}" text)
  string(APPEND texts "    R\"page(${text})page\",\n")
endforeach()
file(WRITE "${OUT}.new" "// Generated from docs/rules by sim/check/embed_pages.cmake.
namespace meshsim::checks {
extern const char* const kPageTexts[];
extern const unsigned kPageTextCount;
const char* const kPageTexts[] = {
${texts}};
const unsigned kPageTextCount = sizeof kPageTexts / sizeof kPageTexts[0];
}  // namespace meshsim::checks
")
file(RENAME "${OUT}.new" "${OUT}")
