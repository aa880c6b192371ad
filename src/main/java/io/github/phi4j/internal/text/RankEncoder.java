package io.github.phi4j.internal.text;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingRegistry;
import com.knuddels.jtokkit.api.GptBytePairEncodingParams;
import com.knuddels.jtokkit.api.IntArrayList;
import java.util.LinkedHashMap;
import java.util.Map;

/** Encodes by ranks with jtokkit, without special tokens. */
final class RankEncoder implements BytePairEncoder {

  private final Encoding encoding;

  private RankEncoder(Encoding encoding) {
    this.encoding = encoding;
  }

  /** One of jtokkit's predefined encodings. */
  static RankEncoder builtIn(PreTokenizer preTokenizer) {
    return new RankEncoder(
        Encodings.newLazyEncodingRegistry().getEncoding(preTokenizer.encodingType()));
  }

  /** An encoding of a file's tokens. */
  static RankEncoder custom(Vocabulary vocabulary, PreTokenizer preTokenizer) {
    int count = Vocabulary.BYTE_VALUES + vocabulary.merges().count();
    Map<byte[], Integer> ranks = LinkedHashMap.newLinkedHashMap(count);
    for (int id = 0; id < count; id++) {
      ranks.put(vocabulary.bytes(id), id);
    }
    String name = "gguf";
    EncodingRegistry registry =
        Encodings.newLazyEncodingRegistry()
            .registerGptBytePairEncoding(
                new GptBytePairEncodingParams(name, preTokenizer.pattern(), ranks, Map.of()));
    return new RankEncoder(registry.getEncoding(name).orElseThrow());
  }

  @Override
  public void encode(String text, IntArrayList ids) {
    IntArrayList encoded = encoding.encodeOrdinary(text);
    // Not ensureCapacity, which copies all ids for each text between two literals.
    for (int i = 0; i < encoded.size(); i++) {
      ids.add(encoded.get(i));
    }
  }
}
