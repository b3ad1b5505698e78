extension ExecutableEmitter {
  /// Frames in and results out.
  static let frameText = #"""
    /* ---- frames ---- */

    enum { BLOCK = 64 }; /* steps of one call at most */

    /* A number of an input or output. */
    typedef union {
      float value;
      int32_t index;
    } word;

    /* Input after input, BLOCK steps of each; likewise the results. */
    static word frames[BLOCK * IN_WIDTH + 1];
    static word results[BLOCK * OUT_WIDTH + 1];
    static unsigned char state[STATE_BYTES] __attribute__((aligned(64)));
    static unsigned char scratch[SCRATCH_BYTES] __attribute__((aligned(64)));

    static word number(const unsigned char *p) {
      const uint64_t bits = little_endian(p, size);
      word w = {0};
      if (kind == 'f' && size == 8) {
        double value;
        memcpy(&value, &bits, sizeof value);
        w.value = (float)value;
      } else if (kind == 'p') {
        w.value = (float)(int16_t)bits / 32768.0f;
      } else if (kind == 'f') {
        w.index = (int32_t)(uint32_t)bits; /* of f32, and int32 in raw frames */
      } else {
        const int shift = 64 - 8 * (int)size;
        const int64_t value = kind == 'i' ? (int64_t)(bits << shift) >> shift : (int64_t)bits;
        w.index = value < 0 || value > INT32_MAX ? -1 : (int32_t)value;
      }
      return w;
    }

    /* The first `steps` frames of `bytes`, checked. */
    static void take_frames(size_t steps, uint64_t first) {
      const unsigned char *p = bytes;
      for (size_t t = 0; t < steps; t++) {
        size_t at = 0;
        for (size_t i = 0; i < INPUTS; i++)
          for (size_t j = 0; j < inputs[i].width; j++, at++, p += size) {
            const word w = number(p);
            if (inputs[i].limit > 0 && (w.index < 0 || w.index >= inputs[i].limit))
              FAIL(WRONG_INPUT, "stdin: step %llu: input '%s' is not an index from 0 to %d",
                   (unsigned long long)(first + t), inputs[i].name, (int)inputs[i].limit - 1);
            frames[BLOCK * inputs[i].start + t * inputs[i].width + j] = w;
          }
      }
    }

    /* ---- output ---- */

    static void write_all(const void *from, size_t count) {
      const char *p = from;
      while (count > 0) {
        const ssize_t done = write(1, p, count);
        if (done < 0 && errno == EPIPE) exit(READER_GONE);
        if (done < 0 && errno != EINTR) FAIL(IO_ERROR, "stdout: %s", strerror(errno));
        if (done > 0) p += done, count -= (size_t)done;
      }
    }

    static format out_format = F32;
    /* Results that wait for the header of npy, which counts them. */
    static unsigned char *waiting;
    static size_t waiting_bytes, waiting_room;

    static void write_npy_header(uint64_t steps) {
      char text[256];
      int length = snprintf(text, sizeof text, "{'descr': '<f4', 'fortran_order': False, 'shape': (");
      if (sequences > 1)
        length += snprintf(text + length, sizeof text - (size_t)length, "%llu, ",
                           (unsigned long long)sequences);
      length += snprintf(text + length, sizeof text - (size_t)length, "%llu%s), }",
                         (unsigned long long)steps, outputs[0].rank > 0 ? outputs[0].axes : ",");
      while ((length + 11) % 64 != 0) text[length++] = ' ';
      text[length++] = '\n';
      const unsigned char head[10] = {0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (unsigned char)length,
                                      (unsigned char)(length >> 8)};
      write_all(head, sizeof head);
      write_all(text, (size_t)length);
    }

    static void keep(const void *from, size_t count) {
      if (waiting_bytes + count > waiting_room) {
        waiting_room = 2 * waiting_room + count;
        waiting = realloc(waiting, waiting_room);
        if (!waiting) FAIL(UNAVAILABLE, "no memory for the results");
      }
      memcpy(waiting + waiting_bytes, from, count);
      waiting_bytes += count;
    }

    /* Results stand per output; a frame of stdout has all of them. */
    static void give_results(size_t steps) {
      static word rows[BLOCK * OUT_WIDTH + 1];
      const word *from = results;
      if (OUTPUTS > 1) {
        from = rows;
        for (size_t t = 0, at = 0; t < steps; t++)
          for (size_t i = 0; i < OUTPUTS; i++)
            for (size_t j = 0; j < outputs[i].width; j++)
              rows[at++] = results[BLOCK * outputs[i].start + t * outputs[i].width + j];
      }
      if (out_format == NPY && sequences == 0)
        keep(from, steps * OUT_WIDTH * sizeof(word));
      else
        write_all(from, steps * OUT_WIDTH * sizeof(word));
    }

    """#
}
