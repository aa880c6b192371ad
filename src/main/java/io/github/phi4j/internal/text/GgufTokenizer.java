package io.github.phi4j.internal.text;

import com.knuddels.jtokkit.api.IntArrayList;
import io.github.phi4j.api.ChatFormat;
import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.Prompt;
import io.github.phi4j.api.Tokenizer;
import io.github.phi4j.internal.gguf.GgufMetadata;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * The tokenizer of a model file. Ids match Hugging Face's tokenizers; untrusted text never becomes
 * special tokens.
 *
 * <p>Added tokens that are not special, such as {@code <think>} in some reasoning models, are text
 * that is always encoded as one token, as in other implementations. White space around special
 * tokens is preserved; GGUF files do not have the flags by which Hugging Face's tokenizers trim it.
 */
public final class GgufTokenizer implements Tokenizer {

  private final Vocabulary vocabulary;
  private final PreTokenizer preTokenizer;
  private final Optional<ChatRenderer> chat;
  private final OptionalInt bos;
  private final int[] stops;
  private final TokenFinder literals;
  private final TokenFinder added; // including special ones
  private final Object making = new Object();
  private volatile BytePairEncoder encoder; // created on first use; not needed for decoding

  private GgufTokenizer(
      Vocabulary vocabulary,
      PreTokenizer preTokenizer,
      Optional<ChatRenderer> chat,
      SpecialIds specialIds) {
    this.vocabulary = vocabulary;
    this.preTokenizer = preTokenizer;
    this.chat = chat;
    this.bos = specialIds.bos();
    this.stops = specialIds.stops();
    this.literals = new TokenFinder(vocabulary.literals());
    this.added = new TokenFinder(vocabulary.added());
  }

  /**
   * Reads the tokenizer of a file, which is not needed afterwards.
   *
   * @param metadata the file's metadata
   * @param chosen the chat format to use instead of the file's
   * @param findings receives a sentence for each corrected fault in the metadata
   * @throws io.github.phi4j.api.ModelException if the file's vocabulary cannot be used
   * @throws IllegalArgumentException if the vocabulary lacks special tokens of the chosen format
   */
  public static GgufTokenizer read(
      GgufMetadata metadata, Optional<ChatFormat> chosen, Consumer<String> findings) {
    Vocabulary vocabulary = Vocabulary.read(metadata, findings);
    PreTokenizer preTokenizer = PreTokenizer.read(metadata, vocabulary, findings);
    Optional<ChatRenderer> chat =
        ChatTemplate.read(metadata, vocabulary, preTokenizer, chosen, findings);
    SpecialIds specialIds =
        SpecialIds.read(metadata, vocabulary, chat.map(ChatRenderer::format), findings);
    return new GgufTokenizer(vocabulary, preTokenizer, chat, specialIds);
  }

  /** The chat format: the chosen one, or the file's if recognized. */
  public Optional<ChatFormat> chatFormat() {
    return chat.map(ChatRenderer::format);
  }

  /**
   * The ids that must never be sampled: padding of the vocabulary, and output rows beyond it.
   *
   * @param rows the number of output rows
   */
  public int[] unusable(int rows) {
    return IntStream.range(0, rows)
        .filter(id -> id >= vocabulary.size() || vocabulary.isUnused(id))
        .toArray();
  }

  @Override
  public int[] encode(String text) {
    Objects.requireNonNull(text, "text");
    IntArrayList ids = new IntArrayList();
    appendText(text, ids);
    return ids.toArray();
  }

  /** Encodes trusted text, in which special tokens are recognized. */
  int[] encodeTrusted(String text) {
    IntArrayList ids = new IntArrayList();
    appendTrusted(text, ids);
    return ids.toArray();
  }

  /**
   * Encodes a tag such as {@code <think>}: as a special token if the vocabulary has it, else as
   * text.
   */
  public int[] encodeTag(String tag) {
    OptionalInt special = special(tag);
    return special.isPresent() ? new int[] {special.getAsInt()} : encode(tag);
  }

  @Override
  public int[] encode(Prompt prompt, GenerationOptions options) {
    Objects.requireNonNull(options, "options");
    return switch (Objects.requireNonNull(prompt, "prompt")) {
      case Prompt.Chat chat -> encode(chat, options);
      case Prompt.Raw _, Prompt.Tokens _ when !options.tools().isEmpty() ->
          throw new IllegalArgumentException(
              "tools need a conversation, which describes them to the model; use Prompt.chat");
      case Prompt.Raw raw -> startingSequence(encode(raw.text()));
      case Prompt.Tokens tokens -> tokens.ids();
    };
  }

  private int[] encode(Prompt.Chat prompt, GenerationOptions options) {
    ChatRenderer renderer =
        chat.orElseThrow(() ->
            new IllegalStateException(
                "the model file does not tell its chat format; choose one when loading it"));
    IntArrayList ids = new IntArrayList();
    IdSink sink = new IdSink(ids);
    renderer.render(
        ToolPrompt.describe(prompt.messages(), options.tools()),
        options.reasoning().kept(),
        prompt.continuing(),
        sink);
    sink.flush();
    return startingSequence(ids.toArray());
  }

  private int[] startingSequence(int[] ids) {
    if (bos.isEmpty() || (ids.length > 0 && ids[0] == bos.getAsInt())) {
      return ids;
    }
    return IntStream.concat(IntStream.of(bos.getAsInt()), IntStream.of(ids)).toArray();
  }

  private void appendText(String text, IntArrayList ids) {
    append(text, literals, ids);
  }

  private void appendTrusted(String text, IntArrayList ids) {
    append(text, added, ids);
  }

  private void append(String text, TokenFinder tokens, IntArrayList ids) {
    tokens.split(wellFormed(text), ordinary -> encoder().encode(ordinary, ids), ids::add);
  }

  private BytePairEncoder encoder() {
    BytePairEncoder made = encoder;
    if (made == null) {
      synchronized (making) {
        made = encoder;
        if (made == null) {
          made = BytePairEncoder.of(vocabulary, preTokenizer);
          encoder = made;
        }
      }
    }
    return made;
  }

  /** Replaces unpaired surrogates, which UTF-8 cannot encode, by U+FFFD. */
  private static String wellFormed(String text) {
    StringBuilder replaced = null;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!Character.isSurrogate(c)) {
        continue;
      }
      if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        i++;
        continue;
      }
      replaced = replaced == null ? new StringBuilder(text) : replaced;
      replaced.setCharAt(i, '\ufffd');
    }
    return replaced == null ? text : replaced.toString();
  }

  @Override
  public String decode(int... ids) {
    Objects.requireNonNull(ids, "ids");
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int id : ids) {
      bytes.writeBytes(bytes(id));
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Override
  public byte[] bytes(int id) {
    check(id);
    return vocabulary.isSpecial(id) || vocabulary.isUnused(id) ? new byte[0] : vocabulary.bytes(id);
  }

  @Override
  public String text(int id) {
    check(id);
    return vocabulary.text(id);
  }

  @Override
  public boolean isSpecial(int id) {
    check(id);
    return vocabulary.isSpecial(id);
  }

  private void check(int id) {
    if (id < 0 || id >= vocabulary.size()) {
      throw new IllegalArgumentException(
          "token id " + id + " is outside of the vocabulary of " + vocabulary.size());
    }
  }

  @Override
  public OptionalInt special(String text) {
    return vocabulary.special(Objects.requireNonNull(text, "text"));
  }

  @Override
  public int[] stopTokens() {
    return stops.clone();
  }

  @Override
  public int vocabularySize() {
    return vocabulary.size();
  }

  /** Encodes the parts of a conversation; adjacent texts are encoded as one. */
  private final class IdSink implements ChatRenderer.Sink {

    private final IntArrayList ids;
    private final StringBuilder pending = new StringBuilder();

    IdSink(IntArrayList ids) {
      this.ids = ids;
    }

    @Override
    public void special(String token) {
      flush();
      ids.add(vocabulary.special(token).orElseThrow());
    }

    @Override
    public void text(String text) {
      pending.append(text);
    }

    @Override
    public void trusted(String text) {
      flush();
      appendTrusted(text, ids);
    }

    void flush() {
      appendText(pending.toString(), ids);
      pending.setLength(0);
    }
  }
}
