package io.github.phi4j.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.Prompt;
import io.github.phi4j.api.Tokenizer;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/** A tokenizer whose ids are the bytes of UTF-8. */
final class ByteTokenizer implements Tokenizer {

  private final boolean addsBos;

  ByteTokenizer(boolean addsBos) {
    this.addsBos = addsBos;
  }

  @Override
  public int[] encode(String text) {
    StringBuilder wellFormed = new StringBuilder();
    text.codePoints()
        .map(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? 0xFFFD : c)
        .forEach(wellFormed::appendCodePoint);
    byte[] bytes = wellFormed.toString().getBytes(UTF_8);
    int[] ids = new int[bytes.length];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = Byte.toUnsignedInt(bytes[i]);
    }
    return ids;
  }

  @Override
  public int[] encode(Prompt prompt, GenerationOptions options) {
    int[] ids = encode(((Prompt.Raw) prompt).text());
    return addsBos ? IntStream.concat(IntStream.of(256), IntStream.of(ids)).toArray() : ids;
  }

  @Override
  public String decode(int... ids) {
    throw new UnsupportedOperationException();
  }

  @Override
  public byte[] bytes(int id) {
    return new byte[] {(byte) id};
  }

  @Override
  public String text(int id) {
    return new String(bytes(id), UTF_8);
  }

  @Override
  public boolean isSpecial(int id) {
    return id > 255;
  }

  @Override
  public OptionalInt special(String text) {
    return OptionalInt.empty();
  }

  @Override
  public int[] stopTokens() {
    return new int[0];
  }

  @Override
  public int vocabularySize() {
    return FakeModels.VOCABULARY_SIZE;
  }
}
