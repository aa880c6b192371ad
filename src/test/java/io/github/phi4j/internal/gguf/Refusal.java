package io.github.phi4j.internal.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.phi4j.api.ModelException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/** Asserts that a file is refused with a complete message. */
final class Refusal {

  private static final Path FILE = Path.of("model.gguf");

  private Refusal() {}

  static GgufParser.Part parse(RawGguf raw) {
    return new GgufParser(FILE, MemorySegment.ofArray(raw.toBytes()).asReadOnly()).parse();
  }

  static void refused(RawGguf raw, long offset, String found, String expected) {
    ModelException e = catchThrowableOfType(ModelException.class, () -> parse(raw));
    assertThat(e).as("%s; %s", found, expected).isNotNull();
    assertThat(e.found()).isEqualTo(found);
    assertThat(e.expected()).isEqualTo(expected);
    assertThat(e.offset()).hasValue(offset);
    assertThat(e.file()).isEqualTo(FILE);
    assertThat(e)
        .hasMessage("model.gguf at byte " + offset + ": found " + found + "; expected " + expected);
  }
}
