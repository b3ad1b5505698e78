// Hears digits in recordings (WAV, 8 kHz, 16 bit, mono), each at once.
//
//   rnnc compile Models/spoken-digits/model.yaml --emit obj -o spoken_digits.o
//   c++ -std=c++17 -O2 listen.cpp spoken_digits.o -I. -o listen
//   ./listen recording.wav ...
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>
#include "spoken_digits.h"

namespace {

constexpr std::size_t hop = 80;
const std::vector<std::string> digits = {"zero", "one", "two",   "three", "four",
                                         "five", "six", "seven", "eight", "nine"};

/// A stream of its own: state and scratch memory, freed with it.
class Listener {
public:
  Listener() : state(allocate(spoken_digits_state_size())), scratch(allocate(scratch_size())) {
    spoken_digits_init(state, spoken_digits_state_size());
  }
  ~Listener() {
    ::operator delete(state, align());
    ::operator delete(scratch, align());
  }
  Listener(const Listener &) = delete;
  Listener &operator=(const Listener &) = delete;

  /// Probabilities, [samples / hop][digits], from a fresh state.
  std::vector<float> listen(const std::vector<float> &samples) {
    const std::size_t steps = samples.size() / hop;
    std::vector<float> prob(steps * digits.size());
    spoken_digits_reset(state);
    if (steps > 0 && spoken_digits_run(state, scratch, samples.data(), prob.data(), steps) != 0)
      throw std::runtime_error("the model refuses its arguments");
    return prob;
  }

private:
  static std::align_val_t align() { return std::align_val_t(spoken_digits_align()); }
  static std::size_t scratch_size() { return spoken_digits_scratch_size(); }
  static void *allocate(std::size_t bytes) { return ::operator new(bytes, align()); }
  void *state, *scratch;
};

/// Samples of a WAV file as numbers from -1 to 1.
std::vector<float> read(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
  const std::string mark = "data";
  const auto data = std::search(bytes.begin(), bytes.end(), mark.begin(), mark.end());
  if (bytes.end() - data < 8) throw std::runtime_error(path + ": not a WAV file");
  std::vector<std::int16_t> samples(static_cast<std::size_t>(bytes.end() - data - 8) / 2);
  std::memcpy(samples.data(), &*data + 8, samples.size() * 2);
  std::vector<float> numbers(samples.size());
  std::transform(samples.begin(), samples.end(), numbers.begin(),
                 [](std::int16_t sample) { return static_cast<float>(sample) / 32768; });
  return numbers;
}

} // namespace

int main(int argc, char **argv) try {
  Listener listener;
  for (int i = 1; i < argc; i++) {
    const std::vector<float> prob = listener.listen(read(argv[i]));
    const auto best = std::max_element(prob.begin(), prob.end());
    if (best == prob.end()) throw std::runtime_error(std::string(argv[i]) + ": too short");
    const auto digit = static_cast<std::size_t>(best - prob.begin()) % digits.size();
    std::printf("heard '%s', probability %.3f\n", digits[digit].c_str(), *best);
  }
} catch (const std::exception &error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 65;
}
