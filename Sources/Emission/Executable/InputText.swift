extension ExecutableEmitter {
  /// Errors, and the headers and numbers of stdin.
  static let inputText = #"""
    /* ---- errors ---- */

    enum { WRONG_USE = 64, WRONG_INPUT = 65, UNAVAILABLE = 69, IO_ERROR = 74, READER_GONE = 141 };

    #define FAIL(code, ...) \
      (fprintf(stderr, "%s: error: ", program), fprintf(stderr, __VA_ARGS__), fputc('\n', stderr), \
       exit(code))

    /* ---- input: bytes of stdin, numbers of one type, frames ---- */

    static unsigned char bytes[ROOM];
    static size_t have; /* bytes[0 ... have) are read and not yet used */

    /* Reads what is there, some bytes at least; 0 at the end. */
    static size_t read_more(void) {
      for (;;) {
        const ssize_t count = read(0, bytes + have, sizeof bytes - have);
        if (count >= 0) {
          have += (size_t)count;
          return (size_t)count;
        }
        if (errno != EINTR) FAIL(IO_ERROR, "stdin: %s", strerror(errno));
      }
    }

    static void drop(size_t count) {
      have -= count;
      memmove(bytes, bytes + count, have);
    }

    /* So many bytes of a header, or the end of the program. */
    static void need(size_t count, const char *what) {
      while (have < count)
        if (read_more() == 0) FAIL(WRONG_INPUT, "stdin: the %s header ends early", what);
    }

    /* Whether stdin begins with `magic` ('?': any byte); reads no further than it must to tell. */
    static int begins_with(const char *magic, size_t count) {
      for (size_t i = 0; i < count; i++) {
        while (have <= i)
          if (read_more() == 0) return 0;
        if (magic[i] != '?' && bytes[i] != (unsigned char)magic[i]) return 0;
      }
      return 1;
    }

    typedef enum { F32, NPY, WAV } format;
    static const char *const format_names[] = {"f32", "npy", "wav"};

    /* What a frame of stdin is made of: IN_WIDTH numbers of `kind` ('f', 'i', 'u') and `size` bytes. */
    static char kind = 'f';
    static size_t size = 4;
    /* Of npy: steps of a sequence, and how many sequences. Otherwise one, up to the end. */
    static size_t sequence_steps, sequences;
    static uint64_t bytes_left = UINT64_MAX; /* of frames in stdin */
    static int promised;                     /* whether a header said how many */

    static uint64_t little_endian(const unsigned char *p, size_t count) {
      uint64_t value = 0;
      for (size_t i = 0; i < count; i++) value |= (uint64_t)p[i] << (8 * i);
      return value;
    }

    /* Leading axes of the shape: [steps], or [sequences, steps]; the others are one frame's. */
    static void read_shape(const char *text) {
      size_t axes[16], count = 0;
      for (const char *p = text + 1; *p && *p != ')'; p++) {
        if (*p == ' ' || *p == ',') continue;
        if (*p < '0' || *p > '9') FAIL(WRONG_INPUT, "stdin: an npy shape with '%c'", *p);
        if (count == 16) FAIL(WRONG_INPUT, "stdin: npy of more than 16 axes");
        char *end;
        axes[count++] = (size_t)strtoull(p, &end, 10);
        p = end - 1;
      }
      const size_t leading = count - inputs[0].rank;
      int fits = count > inputs[0].rank && leading <= 2;
      for (size_t i = 0; fits && i < inputs[0].rank; i++)
        fits = axes[leading + i] == inputs[0].shape[i];
      if (!fits) FAIL(WRONG_INPUT, "stdin: the npy shape does not fit [steps%s]", inputs[0].axes);
      sequences = leading == 2 ? axes[0] : 1;
      sequence_steps = axes[leading - 1];
      bytes_left = (uint64_t)sequences * sequence_steps * IN_WIDTH * size;
      promised = 1;
    }

    static void read_npy_header(void) {
      need(12, "npy");
      if (bytes[6] < 1 || bytes[6] > 3) FAIL(WRONG_INPUT, "stdin: npy of version %d", bytes[6]);
      const size_t length_bytes = bytes[6] == 1 ? 2 : 4;
      const size_t length = (size_t)little_endian(bytes + 8, length_bytes), start = 8 + length_bytes;
      if (length > sizeof bytes - start - 1) FAIL(WRONG_INPUT, "stdin: the npy header is too long");
      need(start + length, "npy");
      char *text = (char *)bytes + start;
      const char after = text[length];
      text[length] = 0;
      for (char *p = text; *p; p++) /* either quote will do */
        if (*p == '"') *p = '\'';
      const char *type = strstr(text, "'descr'"), *order = strstr(text, "'fortran_order'");
      const char *shape = strstr(text, "'shape'");
      type = type ? strchr(type + 7, '\'') : NULL;
      shape = shape ? strchr(shape, '(') : NULL;
      if (!type || strlen(type) < 4 || !order || !shape) FAIL(WRONG_INPUT, "stdin: no npy header");
      if (strncmp(order + 15, ": True", 6) == 0) FAIL(WRONG_INPUT, "stdin: npy in Fortran order");
      kind = type[2];
      size = (size_t)(type[3] - '0');
      const int known = (kind == 'f' && (size == 4 || size == 8) && !inputs[0].is_integer) ||
                        ((kind == 'i' || kind == 'u') && inputs[0].is_integer &&
                         (size == 1 || size == 2 || size == 4 || size == 8));
      if (!known || type[1] == '>' || type[4] != '\'')
        FAIL(WRONG_INPUT, "stdin: npy of %.*s, wanted %s", (int)strcspn(type + 1, "'") + 2, type,
             inputs[0].is_integer ? "integers" : "'<f4' or '<f8'");
      read_shape(shape);
      text[length] = after;
      drop(start + length);
    }

    /* PCM16 or float, one channel, the model's rate. */
    static void read_wav_header(void) {
      need(12, "wav");
      drop(12);
      for (int seen = 0;;) {
        need(8, "wav");
        const uint64_t length = little_endian(bytes + 4, 4);
        const int is_data = memcmp(bytes, "data", 4) == 0, is_format = memcmp(bytes, "fmt ", 4) == 0;
        drop(8);
        if (is_data && !seen) FAIL(WRONG_INPUT, "stdin: wav data without a format");
        promised = is_data && length > 0 && length < UINT32_MAX;
        if (promised) bytes_left = length;
        if (is_data) return; /* a length of 0 or -1: whoever wrote it did not know */
        if (is_format && length >= 16) {
          need(16, "wav");
          const unsigned code = (unsigned)little_endian(bytes, 2), bits = bytes[14];
          const double rate = (double)little_endian(bytes + 4, 4);
          if (little_endian(bytes + 2, 2) != 1) FAIL(WRONG_INPUT, "stdin: wav of several channels");
          if (!(code == 1 && bits == 16) && !(code == 3 && bits == 32))
            FAIL(WRONG_INPUT, "stdin: wav of neither 16-bit PCM nor 32-bit float");
          if (SAMPLE_RATE > 0 && rate != SAMPLE_RATE)
            FAIL(WRONG_INPUT, "stdin: wav of %g samples per second, wanted %g", rate, SAMPLE_RATE);
          kind = code == 1 ? 'p' : 'f';
          size = bits / 8;
          seen = 1;
        }
        for (uint64_t left = length + (length & 1); left > 0;) {
          if (have == 0) need(1, "wav");
          const size_t part = left < have ? (size_t)left : have;
          drop(part);
          left -= part;
        }
      }
    }

    """#
}
