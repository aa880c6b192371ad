package io.github.phi4j.internal.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.knuddels.jtokkit.api.IntArrayList;
import io.github.phi4j.testing.GgufWriter;
import io.github.phi4j.testing.Vocabularies;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class BytePairEncoderTest {

  private static Vocabulary read(GgufWriter writer) {
    return Tokenizers.with(writer, metadata -> Vocabulary.read(metadata, finding -> {}));
  }

  private static Vocabulary vocabulary(PreTokenizer preTokenizer) {
    GgufWriter writer = new GgufWriter();
    return read(
        switch (preTokenizer) {
          case CL100K -> Vocabularies.putPhi4(writer);
          case O200K -> Vocabularies.putMini(writer);
        });
  }

  private static int[] encode(BytePairEncoder encoder, String text) {
    IntArrayList ids = new IntArrayList();
    encoder.encode(text, ids);
    return ids.toArray();
  }

  private static void assertEqual(int[] ids, int[] expected, String text) {
    if (!Arrays.equals(ids, expected)) { // quicker than an assertion on each of many
      assertThat(ids).as(text).containsExactly(expected);
    }
  }

  @ParameterizedTest
  @EnumSource(PreTokenizer.class)
  void jtokkitsOwnEncodingAndTheFilesTokensAndTheFilesMergesAgree(PreTokenizer preTokenizer) {
    Vocabulary vocabulary = vocabulary(preTokenizer);
    assertThat(preTokenizer.madeFor(vocabulary)).isTrue();
    BytePairEncoder builtIn = BytePairEncoder.of(vocabulary, preTokenizer);
    BytePairEncoder custom = RankEncoder.custom(vocabulary, preTokenizer);
    MergeEncoder merges = new MergeEncoder(vocabulary, preTokenizer);
    assertThat(merges.agreesWithRanks()).isTrue();
    for (String text : Tokenizers.randomTexts(10_000, 11)) {
      String wellFormed = new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
      int[] ids = encode(builtIn, wellFormed);
      assertEqual(encode(custom, wellFormed), ids, wellFormed);
      assertEqual(encode(merges, wellFormed), ids, wellFormed);
    }
  }

  @ParameterizedTest
  @EnumSource(PreTokenizer.class)
  void longPiecesAreMergedAlikeByRanksAndByMerges(PreTokenizer preTokenizer) {
    Vocabulary vocabulary = vocabulary(preTokenizer);
    BytePairEncoder ranks = BytePairEncoder.of(vocabulary, preTokenizer);
    MergeEncoder merges = new MergeEncoder(vocabulary, preTokenizer);
    Random random = new Random(5);
    for (String letters : List.of("ab", "aA", "=-", " \n", "aaab", "etaoinshrdlu", "日本語", "éèa")) {
      for (int i = 0; i < 20; i++) {
        StringBuilder text = new StringBuilder();
        for (int n = 500 + random.nextInt(2000); n > 0; n--) {
          text.append(letters.charAt(random.nextInt(letters.length())));
        }
        assertThat(encode(merges, text.toString())).containsExactly(encode(ranks, text.toString()));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(PreTokenizer.class)
  void piecesCoverTheText(PreTokenizer preTokenizer) {
    for (String text : Tokenizers.randomTexts(5_000, 13)) {
      Matcher matcher = preTokenizer.pattern().matcher(text);
      int end = 0;
      while (matcher.find()) {
        assertThat(matcher.start()).isEqualTo(end);
        end = matcher.end();
      }
      assertThat(end).isEqualTo(text.length());
    }
  }

  @Test
  void aVocabularyOfOtherTokensIsEncodedByRanks() {
    Vocabulary vocabulary = read(Vocabularies.putSmall(new GgufWriter()));
    assertThat(PreTokenizer.CL100K.madeFor(vocabulary)).isFalse();
    BytePairEncoder encoder = BytePairEncoder.of(vocabulary, PreTokenizer.CL100K);
    assertThat(encoder).isInstanceOf(RankEncoder.class);
    assertThat(encode(encoder, "the other the")).containsExactly(257, ' ', 'o', 257, 'r', 258);
  }

  @Test
  void mergesThatOnlyOneSplitOfATokenMayTakeAreEncodedByTheList() {
    // Ranks would join "a" and "bc" to "abc"; the list knows only "ab" + "c", and "ab" comes last.
    Vocabulary vocabulary = read(Vocabularies.putSmall(new GgufWriter(), "b c", "a b", "ab c"));
    BytePairEncoder encoder = BytePairEncoder.of(vocabulary, PreTokenizer.CL100K);
    assertThat(encoder).isInstanceOf(MergeEncoder.class);
    assertThat(encode(encoder, "abc")).containsExactly('a', 256);
    assertThat(encode(encoder, "ab")).containsExactly(257);
  }

  @Test
  void idsOutOfMergeOrderAreEncodedByTheList() {
    GgufWriter writer = Vocabularies.putSmall(new GgufWriter());
    Vocabularies.replace(writer, 256, "the", Vocabularies.NORMAL);
    Vocabularies.replace(writer, 257, "th", Vocabularies.NORMAL);
    Vocabulary vocabulary = read(writer);
    BytePairEncoder encoder = BytePairEncoder.of(vocabulary, PreTokenizer.CL100K);
    assertThat(encoder).isInstanceOf(MergeEncoder.class);
    assertThat(encode(encoder, "th the")).containsExactly(257, 258);
  }

  @Test
  void anyListOfMergesIsFollowedAsByTrialOfAllNeighbours() {
    Random random = new Random(17);
    for (int round = 0; round < 200; round++) {
      List<String> tokens = new ArrayList<>(List.of("a", "b", "c"));
      Map<String, Integer> ranks = new HashMap<>();
      List<String> list = new ArrayList<>();
      for (int tries = 0; list.size() < 8 && tries < 100; tries++) {
        String left = tokens.get(random.nextInt(tokens.size()));
        String right = tokens.get(random.nextInt(tokens.size()));
        if (!tokens.contains(left + right)) {
          tokens.add(left + right);
          list.add(left + " " + right);
        }
      }
      String[] merges = list.toArray(String[]::new);
      GgufWriter writer = Vocabularies.putSmall(new GgufWriter(), merges);
      List<String> shuffled = new ArrayList<>(list);
      if (round % 2 == 0) {
        Collections.shuffle(shuffled, random);
      }
      for (String merge : shuffled) {
        ranks.put(merge, ranks.size());
      }
      Vocabulary vocabulary = read(writer.strings("tokenizer.ggml.merges", shuffled));
      MergeEncoder encoder = new MergeEncoder(vocabulary, PreTokenizer.CL100K);
      BytePairEncoder chosen = BytePairEncoder.of(vocabulary, PreTokenizer.CL100K);
      for (int i = 0; i < 50; i++) {
        StringBuilder text = new StringBuilder();
        for (int n = 1 + random.nextInt(30); n > 0; n--) {
          text.append((char) ('a' + random.nextInt(3)));
        }
        List<String> expected = byTrial(text.toString(), ranks);
        assertThat(Arrays.stream(encode(encoder, text.toString())).mapToObj(vocabulary::text))
            .as("%s with %s", text, shuffled)
            .containsExactlyElementsOf(expected);
        assertThat(Arrays.stream(encode(chosen, text.toString())).mapToObj(vocabulary::text))
            .as("%s with %s", text, shuffled)
            .containsExactlyElementsOf(expected);
      }
    }
  }

  private static List<String> byTrial(String text, Map<String, Integer> ranks) {
    List<String> parts = new ArrayList<>(List.of(text.split("")));
    while (true) {
      int best = -1;
      int bestRank = Integer.MAX_VALUE;
      for (int i = 0; i + 1 < parts.size(); i++) {
        int rank = ranks.getOrDefault(parts.get(i) + " " + parts.get(i + 1), Integer.MAX_VALUE);
        if (rank < bestRank) {
          best = i;
          bestRank = rank;
        }
      }
      if (best < 0) {
        return parts;
      }
      parts.set(best, parts.get(best) + parts.remove(best + 1));
    }
  }
}
