package io.github.phi4j.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.phi4j.api.Message;
import io.github.phi4j.api.Tokenizer;
import java.util.List;
import java.util.OptionalInt;

/** A tokenizer whose ids are the bytes of UTF-8. */
final class ByteTokenizer implements Tokenizer {

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
  public int[] encodeChat(List<Message> messages) {
    throw new UnsupportedOperationException();
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
