package io.github.phi4j.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.phi4j.api.ChatFormat;
import io.github.phi4j.api.Grammar;
import io.github.phi4j.api.GrammarException;
import io.github.phi4j.api.Message;
import io.github.phi4j.api.ModelException;
import io.github.phi4j.api.Prompt;
import io.github.phi4j.api.ToolCall;
import io.github.phi4j.internal.gguf.InMemoryGguf;
import io.github.phi4j.internal.json.Json;
import io.github.phi4j.internal.schema.Grammars;
import io.github.phi4j.internal.schema.Language;
import io.github.phi4j.internal.text.CallReader;
import io.github.phi4j.internal.text.GgufTokenizer;
import io.github.phi4j.internal.text.ToolFormat;
import io.github.phi4j.testing.GgufWriter;
import io.github.phi4j.testing.RandomModel;
import io.github.phi4j.testing.Vocabularies;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Code with input from outside. Any input is accepted, or refused with a documented exception;
 * everything else is a fault.
 */
enum FuzzTarget {
  /** The header of a model file. */
  GGUF(1 << 14, FuzzTarget::gguf),
  /** A vocabulary, and texts encoded with it. */
  VOCABULARY(1 << 12, FuzzTarget::vocabulary),
  /** Text encoded with known vocabularies. */
  TEXT(1 << 10, FuzzTarget::text),
  /** Conversations in all formats. */
  CHAT(1 << 12, FuzzTarget::chat),
  /** Grammars. */
  GBNF(1 << 10, FuzzTarget::gbnf),
  /** JSON Schemas. */
  SCHEMA(1 << 10, FuzzTarget::schema),
  /** JSON texts. */
  JSON(1 << 12, FuzzTarget::json),
  /** Files of saved sessions. */
  SESSION(1 << 12, SavedFiles::session),
  /** Headers of packed weights. */
  PACKED(1 << 12, SavedFiles::packed),
  /** Tool calls. */
  CALLS(1 << 10, FuzzTarget::calls);

  private final int longest;

  @SuppressWarnings("ImmutableEnumChecker") // a method of this class
  private final Consumer<byte[]> body;

  FuzzTarget(int longest, Consumer<byte[]> body) {
    this.longest = longest;
    this.body = body;
  }

  /** Returns the maximum length of useful inputs. */
  int longest() {
    return longest;
  }

  /** Returns the maximum number of bytes that an input may cause to be allocated. */
  long maxBytes() {
    return this == GBNF || this == SCHEMA ? 1L << 30 : 64L << 20;
  }

  void run(byte[] input) {
    body.accept(input);
  }

  /** Returns initial inputs. */
  List<byte[]> seeds() {
    return switch (this) {
      case GGUF ->
          List.of(
              Vocabularies.putSmall(new GgufWriter()).toBytes(),
              new GgufWriter()
                  .string("general.architecture", "phi3")
                  .uint32("general.alignment", 64)
                  .bool("a", true)
                  .float32("b", 1)
                  .int32s("c", 1, 2)
                  .tensor("t", new float[40], 8, 5)
                  .toBytes());
      case SESSION -> List.of(new byte[] {0}, new byte[] {0, 0, 56, 127});
      case PACKED -> List.of(new byte[] {0}, new byte[] {3, 0, 60, 0, 1});
      case GBNF ->
          utf8(
              "root ::= \"a\" | [b-d]* \"é\"{2,3}",
              "root ::= item+\nitem ::= (\"x\" item?) | .",
              "# c\nroot ::= [^\\n\"\\x41-\\u00ff] <[3]> !<|im_end|>");
      case SCHEMA ->
          utf8(
              "{\"type\": \"object\", \"properties\": {\"a\": {\"type\": \"integer\", \"minimum\":"
                  + " 3}}, \"required\": [\"a\"], \"additionalProperties\": false}",
              "{\"$defs\": {\"x\": {\"enum\": [1, \"a\", null]}}, \"type\": \"array\", \"items\":"
                  + " {\"$ref\": \"#/$defs/x\"}, \"minItems\": 2, \"uniqueItems\": false}",
              "{\"anyOf\": [{\"pattern\": \"^[a-z]{2,4}$\", \"type\": \"string\"}, {\"const\":"
                  + " 1.5}, {\"allOf\": [{\"type\": \"number\", \"multipleOf\": 2}]}]}",
              "{\"type\": \"string\", \"format\": \"date-time\", \"maxLength\": 40}");
      case JSON ->
          utf8("{\"a\": [1, -2.5e3, \"\\u00e9\\n\", true, null], \"b\": {}}", "[]", "\"x\"");
      case CALLS ->
          utf8(
              "\0[{\"name\": \"f\", \"arguments\": {\"a\": \"}\\\"\"}}, {\"name\": \"g\","
                  + " \"arguments\": {}}]",
              "\1{\"tool_calls\": [{\"name\": \"f\", \"arguments\": {\"a\": [1]}}]}");
      default ->
          utf8("The quick <|im_end|> fox 🚀", "\1\2\3\4\5\6\7abcdefg", "a\0b\0c\0d\0e\0f\0g\0h\0");
    };
  }

  private static List<byte[]> utf8(String... texts) {
    return Stream.of(texts).map(text -> text.getBytes(StandardCharsets.UTF_8)).toList();
  }

  /** Returns the tokenizer of a model with a chat format. */
  static GgufTokenizer chatTokenizer(ChatFormat format) {
    return Known.CHATS.get(List.of(ChatFormat.values()).indexOf(format));
  }

  private static void gguf(byte[] input) {
    try {
      InMemoryGguf.readAll(input);
    } catch (ModelException _) {
      return; // refused
    }
  }

  private static void vocabulary(byte[] bytes) {
    Input input = new Input(bytes);
    GgufWriter writer = Vocabularies.putSmall(new GgufWriter());
    List<String> merges = new ArrayList<>();
    for (int n = input.choice(16); n > 0 && input.hasMore(); n--) {
      switch (input.choice(5)) {
        case 0 ->
            writer.element("tokenizer.ggml.token_type", input.choice(320), input.choice(9) - 1);
        case 1 -> writer.element("tokenizer.ggml.tokens", input.choice(320), input.text());
        case 2 ->
            Vocabularies.replace(writer, 256 + input.choice(64), input.text(), input.choice(7));
        case 3 -> merges.add(input.text());
        default ->
            writer.uint32(
                "tokenizer.ggml." + List.of("eos", "bos", "eot").get(input.choice(3)) + "_token_id",
                input.choice(400));
      }
    }
    if (!merges.isEmpty()) {
      merges.addAll(List.of("t h", "th e", "Ġ the", "i n"));
      writer.strings("tokenizer.ggml.merges", merges);
    }
    GgufTokenizer tokenizer;
    try {
      tokenizer =
          GgufTokenizer.read(
              InMemoryGguf.metadata(writer.toBytes()), Optional.empty(), finding -> {});
    } catch (ModelException _) {
      return; // refused
    }
    String text = input.text() + input.rest();
    int[] ids = tokenizer.encode(text);
    assertThat(IntStream.of(ids).noneMatch(tokenizer::isSpecial)).isTrue();
    tokenizer.decode(ids);
    for (int id = 0; id < tokenizer.vocabularySize(); id++) {
      tokenizer.bytes(id);
    }
    tokenizer.stopTokens();
  }

  private static final class Known {
    static final List<GgufTokenizer> TOKENIZERS =
        Stream.of(
                Vocabularies.putSmall(new GgufWriter()),
                Vocabularies.replace(Vocabularies.putSmall(new GgufWriter()), 300, "<think>", 4)
                    .element("tokenizer.ggml.token_type", 256, 4),
                RandomModel.phi4().writer(),
                RandomModel.mini().writer())
            .map(writer -> read(writer, Optional.empty()))
            .toList();

    static final List<GgufTokenizer> CHATS =
        Stream.of(ChatFormat.values())
            .map(format -> {
              boolean mini =
                  format == ChatFormat.PHI4_MINI || format == ChatFormat.PHI4_MINI_REASONING;
              RandomModel model = mini ? RandomModel.mini() : RandomModel.phi4();
              return read(model.writer(), Optional.of(format));
            })
            .toList();

    static final Grammars GRAMMARS = new Grammars(new Tokens(TOKENIZERS.getFirst()));

    static GgufTokenizer read(GgufWriter writer, Optional<ChatFormat> format) {
      return GgufTokenizer.read(InMemoryGguf.metadata(writer.toBytes()), format, finding -> {});
    }
  }

  private static void text(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    String halves = new String(bytes, StandardCharsets.UTF_16LE); // unpaired surrogates, too
    for (GgufTokenizer tokenizer : Known.TOKENIZERS) {
      assertThat(tokenizer.decode(tokenizer.encode(text))).isEqualTo(text);
      int[] ids = tokenizer.encode(halves);
      assertThat(IntStream.of(ids).noneMatch(tokenizer::isSpecial)).isTrue();
      assertThat(tokenizer.encode(tokenizer.decode(ids))).containsExactly(ids);
      assertThat(tokenizer.encode(Prompt.raw(text))).endsWith(tokenizer.encode(text));
    }
  }

  private static void chat(byte[] bytes) {
    Input input = new Input(bytes);
    GgufTokenizer tokenizer = Known.CHATS.get(input.choice(Known.CHATS.size()));
    boolean thoughts = input.choice(2) == 0;
    List<Message> messages = new ArrayList<>();
    List<Message> plain = new ArrayList<>();
    while (input.hasMore() && messages.size() < 8) {
      int kind = input.choice(HostileMessages.KINDS);
      messages.addAll(HostileMessages.turn(kind, input.text(), input.text(), input.text()));
      plain.addAll(HostileMessages.turn(kind, "x", "x", "x"));
    }
    HostileMessages.check(tokenizer, messages, plain, thoughts);
  }

  private static void gbnf(byte[] bytes) {
    compile(() -> Grammar.gbnf(new String(bytes, StandardCharsets.UTF_8)));
  }

  private static void schema(byte[] bytes) {
    compile(() -> Grammar.jsonSchema(new String(bytes, StandardCharsets.UTF_8)));
  }

  private static void compile(Supplier<Grammar> grammar) {
    try {
      Known.GRAMMARS.compile(new Language.Given(grammar.get()), () -> false);
    } catch (GrammarException | IllegalArgumentException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
  }

  private static void json(byte[] bytes) {
    Json value;
    try {
      value = Json.parse(new String(bytes, StandardCharsets.UTF_8));
    } catch (IllegalArgumentException e) {
      assertThat(e.getMessage()).startsWith("JSON, line ");
      return;
    }
    assertThat(Json.parse(value.written())).isEqualTo(value);
  }

  private static void calls(byte[] bytes) {
    String text =
        new String(
            bytes,
            Math.min(1, bytes.length),
            Math.max(0, bytes.length - 1),
            StandardCharsets.UTF_8);
    ToolFormat format = bytes.length > 0 && bytes[0] % 2 != 0 ? ToolFormat.JSON : ToolFormat.NATIVE;
    CallReader reader = read(format, text, text.length());
    assertThat(read(format, text, 1).calls()).isEqualTo(reader.calls());
    List<ToolCall> calls;
    try {
      calls = reader.allCalls();
    } catch (IllegalArgumentException _) {
      return; // incomplete
    }
    String written = format.write(calls);
    assertThat(read(format, written, written.length()).allCalls()).isEqualTo(calls);
  }

  private static CallReader read(ToolFormat format, String text, int pieceLength) {
    CallReader reader = new CallReader(format, () -> "id", (_, _, _) -> {});
    for (int i = 0; i < text.length(); i += pieceLength) {
      reader.append(text.substring(i, Math.min(text.length(), i + pieceLength)));
    }
    return reader;
  }
}
