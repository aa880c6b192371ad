package io.github.phi4j.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Locale;

/** Standard output: always UTF-8, and unlike a print stream it reports failures. */
final class Output {

  /** Thrown if the reader of the output is gone, which is not an error: {@code phi4 … | head}. */
  static final class ClosedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ClosedException(IOException cause) {
      super(cause);
    }
  }

  private final OutputStream stream;

  Output(OutputStream stream) {
    this.stream = stream;
  }

  void print(CharSequence text) {
    try {
      stream.write(text.toString().getBytes(UTF_8));
    } catch (IOException e) {
      throw failure(e);
    }
  }

  void println(CharSequence text) {
    print(text);
    print("\n");
  }

  @SuppressWarnings("AnnotateFormatMethod") // the annotation would be one more dependency
  void printf(String format, Object... args) {
    print(String.format(Locale.ROOT, format, args));
  }

  void flush() {
    try {
      stream.flush();
    } catch (IOException e) {
      throw failure(e);
    }
  }

  /** Returns the underlying stream, for libraries. */
  OutputStream stream() {
    return stream;
  }

  private static RuntimeException failure(IOException e) {
    String message = String.valueOf(e.getMessage());
    boolean closed =
        message.contains("Broken pipe")
            || message.contains("pipe has been ended")
            || message.contains("pipe is being closed");
    return closed
        ? new ClosedException(e)
        : new UncheckedIOException(
            new IOException("cannot write to standard output: " + message, e));
  }
}
