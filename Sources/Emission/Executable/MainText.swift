extension ExecutableEmitter {
  /// What the program does from its words to its end.
  static let mainText = #"""
    /* ---- from stdin to stdout ---- */

    static void check_formats(int in_format) {
      if (in_format != F32 && INPUTS > 1)
        FAIL(WRONG_USE, "%d inputs: frames must be f32, one input after the other in every frame",
             (int)INPUTS);
      if (in_format == WAV && inputs[0].is_integer)
        FAIL(WRONG_USE, "the input is an index; wav holds samples");
      if (out_format == NPY && OUTPUTS > 1)
        FAIL(WRONG_USE, "%d outputs: results must be f32, one output after the other in every frame",
             (int)OUTPUTS);
    }

    /* Other files, by their first bytes: nobody says f32 for them. */
    static void refuse_other_files(void) {
      static const struct {
        const char *magic, *name;
        size_t count;
      } others[] = {{"PK\3\4", "an npz (zip) file", 4}, {"\x89HDF\r\n", "an HDF5 file", 6},
                    {"\x89PNG\r\n", "a PNG image", 6},   {"RIFX", "a big-endian WAV file", 4}};
      for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (begins_with(others[i].magic, others[i].count))
          FAIL(WRONG_INPUT, "stdin is %s, not f32, npy or wav", others[i].name);
    }

    static void begin(int in_format, int out_known) {
      const int npy = begins_with("\x93NUMPY", 6), wav = !npy && begins_with("RIFF????WAVE", 12);
      const format seen = npy ? NPY : wav ? WAV : F32;
      if (in_format < 0 && seen == F32) refuse_other_files();
      if (in_format < 0) in_format = (int)seen;
      check_formats(in_format);
      if (in_format != (int)seen)
        FAIL(WRONG_INPUT, "stdin is %s, not %s", format_names[seen], format_names[in_format]);
      if (!out_known && in_format == NPY && OUTPUTS == 1) out_format = NPY;
      if (in_format == NPY) read_npy_header();
      if (in_format == WAV) read_wav_header();
      if (out_format == NPY && sequences > 0) write_npy_header(sequence_steps);
    }

    /* At the end of stdin: whether a short last frame was filled up. */
    static int end_frame(size_t frame_bytes, int pad, uint64_t done) {
      const size_t rest = have < bytes_left ? have : (size_t)bytes_left;
      if (promised && have < bytes_left)
        FAIL(WRONG_INPUT, "stdin ends after step %llu, its header promises more",
             (unsigned long long)done);
      if (rest == 0) return 0;
      if (!pad)
        FAIL(WRONG_INPUT, "stdin ends within a frame: %zu bytes of %zu (--pad zero fills it up)", rest,
             frame_bytes);
      memset(bytes + rest, 0, frame_bytes - rest);
      have = frame_bytes;
      bytes_left = frame_bytes;
      return 1;
    }

    /* What has arrived and belongs to frames, in whole frames and as many as one call takes. */
    static size_t steps_at_hand(size_t frame_bytes, uint64_t in_sequence) {
      size_t steps = (have < bytes_left ? have : (size_t)bytes_left) / frame_bytes;
      if (steps > BLOCK) steps = BLOCK;
      if (sequences > 0 && steps > sequence_steps - in_sequence) steps = sequence_steps - in_sequence;
      return steps;
    }

    /* Whole frames that have arrived are done before more is waited for. */
    static void run(int in_format, int out_known, int pad) {
      if (isatty(0)) FAIL(WRONG_USE, "stdin is a terminal, frames come by a pipe (see --help)");
      if (!runs_here()) FAIL(UNAVAILABLE, "this processor lacks what the program was compiled for");
      begin(in_format, out_known);
      const size_t frame_bytes = IN_WIDTH * size;
      uint64_t done = 0, in_sequence = 0;
      if (@P@_init(state, sizeof state) != 0) FAIL(UNAVAILABLE, "this processor has none of the model's instruction sets");
      while (bytes_left > 0) {
        const size_t steps = steps_at_hand(frame_bytes, in_sequence);
        if (steps == 0) {
          if (have < bytes_left && read_more() > 0) continue;
          if (!end_frame(frame_bytes, pad, done)) break;
          continue;
        }
        take_frames(steps, done);
        call_model(steps);
        give_results(steps);
        drop(steps * frame_bytes);
        bytes_left -= steps * frame_bytes;
        done += steps;
        in_sequence += steps;
        if (in_sequence != sequence_steps || sequences == 0) continue;
        in_sequence = 0;
        @P@_reset(state);
      }
      if (out_format == NPY && sequences == 0) {
        write_npy_header(done);
        write_all(waiting, waiting_bytes);
      }
    }

    /* ---- the program ---- */

    static void print_help(void) {
      printf("usage: %s [--in f32|npy|wav] [--out f32|npy] [--pad zero] <frames >results\n\n", program);
      fputs(help_text, stdout);
    }

    static format format_of(const char *word, int last) {
      for (int i = 0; i <= last; i++)
        if (strcmp(word, format_names[i]) == 0) return (format)i;
      FAIL(WRONG_USE, "'%s' is none of f32, npy%s", word, last == WAV ? ", wav" : "");
    }

    int main(int count, char **words) {
      int in_format = -1, out_known = 0, pad = 0;
      program = strrchr(words[0], '/') ? strrchr(words[0], '/') + 1 : words[0];
      signal(SIGPIPE, SIG_IGN);
      for (int i = 1; i < count;) {
        const char *word = words[i], *next = i + 1 < count ? words[i + 1] : NULL;
        if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
          print_help();
          return fflush(stdout) == 0 ? 0 : IO_ERROR;
        }
        if (strcmp(word, "--version") == 0) {
          puts(@P@_version());
          return fflush(stdout) == 0 ? 0 : IO_ERROR;
        }
        const int in = strcmp(word, "--in") == 0, out = strcmp(word, "--out") == 0;
        const int padded = strcmp(word, "--pad") == 0;
        const int threaded = MAX_THREADS > 1 && strcmp(word, "-t") == 0;
        if (!in && !out && !padded && !threaded)
          FAIL(WRONG_USE, "unknown argument '%s' (see --help)", word);
        if (!next) FAIL(WRONG_USE, "%s needs a word (see --help)", word);
        if (padded && strcmp(next, "zero") != 0) FAIL(WRONG_USE, "--pad '%s' is not zero", next);
        if (in) in_format = (int)format_of(next, WAV);
        if (out) out_format = format_of(next, NPY), out_known = 1;
        if (threaded) threads = atoi(next);
        if (threads < 1 || threads > MAX_THREADS)
          FAIL(WRONG_USE, "-t '%s' is not from 1 to %d", next, (int)MAX_THREADS);
        pad |= padded;
        i += 2;
      }
      run(in_format, out_known, pad);
      return 0;
    }

    """#
}
