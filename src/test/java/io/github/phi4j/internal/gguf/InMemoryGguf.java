package io.github.phi4j.internal.gguf;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;

/** Files in memory. */
public final class InMemoryGguf {

  private static final Path NAME = Path.of("memory.gguf");

  private InMemoryGguf() {}

  private static GgufParser.Part parse(byte[] file) {
    return new GgufParser(NAME, MemorySegment.ofArray(file).asReadOnly()).parse();
  }

  /** Returns the metadata of a file. */
  public static GgufMetadata metadata(byte[] file) {
    return parse(file).metadata();
  }

  /**
   * Reads a file's whole contents.
   *
   * @throws io.github.phi4j.api.ModelException if it is invalid
   */
  public static void readAll(byte[] file) {
    GgufParser.Part part = parse(file);
    for (GgufValue value : part.metadata().values().values()) {
      switch (value) {
        case GgufValue.Text text -> text.value();
        case GgufArray array when array.type() == ElementType.STRING -> array.strings();
        case GgufArray array -> {
          for (int i = 0; i < array.length(); i++) {
            array.number(i);
          }
        }
        default -> value.offset();
      }
    }
    for (GgufTensor tensor : part.tensors()) {
      tensor.elements();
      tensor.data().toArray(ValueLayout.JAVA_BYTE);
    }
  }
}
