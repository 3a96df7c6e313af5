// Read before every source by `./run lint`, never compiled. clang 14 instantiates all of a constexpr
// std::vector (libstdc++ 12) at once, also one of a class that is not complete yet, and so cannot
// read libtorch's headers as C++20. Here std::vector is as it was before it was constexpr.
#pragma once

#include <algorithm>
#include <memory>
#include <string>

#pragma push_macro("_GLIBCXX20_CONSTEXPR")
#undef _GLIBCXX20_CONSTEXPR
#define _GLIBCXX20_CONSTEXPR
#define __fill_a1 __fill_a1_of_bits  // was declared constexpr by <algorithm>
#include <vector>
#undef __fill_a1
#pragma pop_macro("_GLIBCXX20_CONSTEXPR")
