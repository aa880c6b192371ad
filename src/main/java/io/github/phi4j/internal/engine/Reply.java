package io.github.phi4j.internal.engine;

import io.github.phi4j.api.ChatFormat;
import io.github.phi4j.api.FinishReason;
import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.Message;
import io.github.phi4j.api.TextSink;
import io.github.phi4j.api.ToolCall;
import io.github.phi4j.api.ToolChoice;
import io.github.phi4j.internal.sampling.TokenConstraint;
import io.github.phi4j.internal.schema.Language;
import io.github.phi4j.internal.text.CallReader;
import io.github.phi4j.internal.text.GgufTokenizer;
import io.github.phi4j.internal.text.StopMatcher;
import io.github.phi4j.internal.text.ThoughtSplitter;
import io.github.phi4j.internal.text.ToolFormat;
import io.github.phi4j.internal.text.Utf8Accumulator;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Interprets the tokens of a completion: thoughts, then an answer or tool calls. Also determines
 * forced tokens, such as the end of thoughts when their budget is spent.
 */
final class Reply {

  private static final String CALL = "<|tool_call|>";
  private static final String CALL_CLOSED = "<|/tool_call|>";

  private final GgufTokenizer tokenizer;
  private final TextSink sink;
  private final Optional<ThoughtSplitter> splitter;
  private final int budget;
  private final Optional<Language> answerGrammar; // of answers without calls
  private final Optional<Language> callGrammar; // of calls, in some formats also of other answers
  private final boolean constrained; // whether the whole answer follows the grammar
  private final boolean silent; // whether there are tools that must not be called
  private final Optional<ToolFormat> calls;
  private final Optional<CallReader> reader;
  private final boolean mustCall;
  private final OptionalInt callToken;
  private final OptionalInt callClosed;

  private final Utf8Accumulator utf8 = new Utf8Accumulator();
  private final StopMatcher stopMatcher;
  private final StopMatcher undecided; // matches stop strings in undecided text
  private final StringBuilder text = new StringBuilder();
  private final StringBuilder thoughts = new StringBuilder();
  private final StringBuilder held =
      new StringBuilder(); // begun calls, or text that may become calls
  private final StringBuilder begunAnswer = new StringBuilder();
  private boolean beginning; // while the half-written message is taken
  private int known; // chars in `held` that are from the half-written message
  private boolean beyond;
  private boolean calling;
  private boolean answered;
  private int thoughtTokens;
  private boolean refused;
  private int[] forced = {};
  private int forcedAt;

  /**
   * Creates a reply.
   *
   * @param begun the half-written message that it continues, if any
   * @param callIds supplies the id of each call
   */
  Reply(
      GgufTokenizer tokenizer,
      GenerationOptions options,
      Optional<Message> begun,
      Supplier<String> callIds,
      TextSink sink) {
    this.tokenizer = tokenizer;
    this.sink = sink;
    stopMatcher = new StopMatcher(options.stopStrings());
    undecided = new StopMatcher(options.stopStrings());
    Optional<ChatFormat> format = tokenizer.chatFormat();
    boolean reasons =
        format
            .filter(f -> f == ChatFormat.PHI4_REASONING || f == ChatFormat.PHI4_MINI_REASONING)
            .isPresent();
    splitter =
        reasons && options.reasoning().split()
            ? Optional.of(new ThoughtSplitter(this::think, this::answer))
            : Optional.empty();
    budget = options.reasoning().budget().orElse(Integer.MAX_VALUE);
    Optional<ToolFormat> tools =
        options.tools().isEmpty() ? Optional.empty() : format.map(ToolFormat::of);
    ToolChoice.Mode mode = options.toolChoice().mode();
    calls = mode == ToolChoice.Mode.NONE ? Optional.empty() : tools;
    reader = calls.map(written -> new CallReader(written, callIds, this::call));
    mustCall = calls.isPresent() && mode == ToolChoice.Mode.REQUIRED;
    callToken = tokenizer.special(CALL);
    callClosed = tokenizer.special(CALL_CLOSED);
    silent = mode == ToolChoice.Mode.NONE && tools.isPresent();
    answerGrammar = mustCall ? Optional.empty() : options.grammar().map(Language.Given::new);
    callGrammar =
        answerGrammar.isPresent() && calls.isEmpty()
            ? Optional.empty()
            : callGrammar(options, tools, answerGrammar.isPresent());
    constrained = answerGrammar.isPresent() || (callGrammar.isPresent() && !callsNatively());
    begun.ifPresent(message -> begin(reasons ? message.reasoning() : "", message.content()));
    if (splitter.filter(ThoughtSplitter::undecided).isPresent()
        && (constrained || mustCall || budget == 0)) {
      force(tokenizer.encodeTag(ThoughtSplitter.OPEN));
    }
  }

  /** Takes the half-written message, none of which is part of the reply. */
  private void begin(String thought, String content) {
    String open = thought.isEmpty() ? "" : ThoughtSplitter.OPEN + thought;
    String between = open.isEmpty() || content.isEmpty() ? "" : ThoughtSplitter.CLOSE + "\n\n";
    String begun = open + between + content;
    beginning = true;
    if (splitter.isPresent()) {
      splitter.get().begin(begun, !content.isEmpty());
    } else if (!begun.isEmpty()) {
      answer(begun);
    }
    beginning = false;
    known = held.length();
    if (thinking()) {
      int from = begun.indexOf(ThoughtSplitter.OPEN) + ThoughtSplitter.OPEN.length();
      thoughtTokens = tokenizer.encode(begun.substring(from)).length;
    }
  }

  /** The part of the half-written message that the grammar constrains. */
  String begunAnswer() {
    return constrained ? begunAnswer.toString() : "";
  }

  /** The grammar of calls, and of other answers unless they have one of their own. */
  private static Optional<Language> callGrammar(
      GenerationOptions options, Optional<ToolFormat> tools, boolean callsAlone) {
    boolean free =
        tools.isEmpty()
            || (tools.get() == ToolFormat.NATIVE
                && options.toolChoice().mode() == ToolChoice.Mode.NONE);
    return free
        ? Optional.empty()
        : Optional.of(
            new Language.Calls(
                options.tools(),
                callsAlone
                    ? ToolChoice.required().withParallel(options.toolChoice().parallel())
                    : options.toolChoice(),
                tools.get()));
  }

  /**
   * The constraint on {@linkplain #guided() guided} tokens: the answer, the calls in a native
   * format, or either.
   */
  Optional<TokenConstraint> constraint(Function<Language, TokenConstraint> compiler) {
    Optional<TokenConstraint> answer = answerGrammar.map(compiler);
    Optional<TokenConstraint> call = callGrammar.map(compiler);
    if (answer.isEmpty() || call.isEmpty()) {
      return answer.or(() -> call);
    }
    TokenConstraint opened =
        callsNatively()
            ? new OpenedConstraint(callToken.orElseThrow(), call.get(), tokenizer.vocabularySize())
            : call.get();
    return Optional.of(new EitherConstraint(answer.get(), opened));
  }

  /** Banned tokens. */
  IntStream banned() {
    return silent ? callToken.stream() : IntStream.empty();
  }

  private boolean callsNatively() {
    return calls.filter(format -> format == ToolFormat.NATIVE).isPresent();
  }

  /** Whether the next tokens must follow the grammar, if any. */
  boolean guided() {
    return (callsNatively() && answerGrammar.isEmpty()) ? calling : answering();
  }

  private boolean thinking() {
    return splitter.filter(ThoughtSplitter::thinking).isPresent();
  }

  private boolean answering() {
    return splitter.isEmpty() || splitter.get().answering();
  }

  /** The forced next token, or -1 if the model chooses. */
  int forced() {
    if (forcedAt == forced.length) {
      if (thinking() && thoughtTokens >= budget && !utf8.unfinished()) {
        force(tokenizer.encodeTag(ThoughtSplitter.CLOSE));
      } else if (mustCall && callsNatively() && answering() && !calling) {
        force(callToken.orElseThrow());
      }
    }
    return forcedAt < forced.length ? forced[forcedAt++] : -1;
  }

  private void force(int... tokens) {
    forced = tokens;
    forcedAt = 0;
  }

  /** Closes calls that the grammar has completed. */
  void close() {
    if (calling && callsNatively() && callClosed.isPresent()) {
      force(callClosed.getAsInt());
    }
  }

  /** Whether a stop token ends the reply. If an answer is required, it only ends the thoughts. */
  boolean endsAtStop() {
    boolean ends = !(thinking() && (constrained || mustCall));
    if (!ends) {
      force(tokenizer.encodeTag(ThoughtSplitter.CLOSE));
    }
    return ends;
  }

  /** Takes the next token. */
  void accept(int token) {
    if (callsNatively() && !thinking() && callToken.equals(OptionalInt.of(token))) {
      utf8.drop();
      splitter.ifPresent(ThoughtSplitter::answer);
      give(stopMatcher.flush());
      calling = true;
      return;
    }
    thoughtTokens += thinking() ? 1 : 0;
    beyond = constrained && !answering(); // the rest of a token after the tag was not constrained
    emit(utf8.append(bytes(token)));
    beyond = false;
  }

  private byte[] bytes(int token) {
    if (splitter.isPresent() && tokenizer.isSpecial(token)) {
      String special = tokenizer.text(token);
      if (special.equals(ThoughtSplitter.OPEN) || special.equals(ThoughtSplitter.CLOSE)) {
        return special.getBytes(StandardCharsets.UTF_8);
      }
    }
    return tokenizer.bytes(token);
  }

  private void emit(String piece) {
    if (piece.isEmpty()) {
      return;
    }
    if (splitter.isEmpty()) {
      answer(piece);
      return;
    }
    splitter.get().append(piece);
    if (splitter.get().undecided()) {
      undecided.append(piece);
      if (undecided.isMatched()) { // so that a stop string ends an answer here
        splitter.get().answer();
      }
    }
  }

  private void think(String piece) {
    if (!refused && !beginning) {
      thoughts.append(piece);
      refused = !sink.acceptReasoning(piece);
    }
  }

  private void answer(String piece) {
    if (beyond) {
      return;
    }
    if (beginning) {
      begunAnswer.append(piece);
    }
    if (calling) {
      held.append(piece);
      readHeld();
    } else if (calls.isPresent() && !callsNatively() && !answered) {
      held.append(piece);
      String open = calls.get().open();
      if (held.toString().startsWith(open)) {
        calling = true;
        readHeld();
      } else if (!open.startsWith(held.toString())) {
        giveHeld();
      }
    } else if (!beginning) {
      give(stopMatcher.append(piece));
    }
  }

  /** Reads calls; those of the half-written message when the reply begins. */
  private void readHeld() {
    if (!beginning) {
      String piece = held.toString();
      held.setLength(0);
      reader.orElseThrow().append(piece);
    }
  }

  private void call(String id, String name, String arguments) {
    refused = refused || !sink.acceptToolCall(id, name, arguments);
  }

  private void giveHeld() {
    answered = true;
    String piece = held.substring(known);
    held.setLength(0);
    known = 0;
    if (!beginning) {
      give(stopMatcher.append(piece));
    }
  }

  private void give(String piece) {
    if (!piece.isEmpty() && !refused) {
      text.append(piece);
      refused = !sink.accept(piece);
    }
  }

  /** Whether a stop string was found. */
  boolean stopped() {
    return stopMatcher.isMatched();
  }

  /** Ends the generation for the sink, which receives nothing more. */
  void refuse() {
    refused = true;
  }

  /** Whether the sink ended the generation. */
  boolean refused() {
    return refused;
  }

  /** Ends the reply and releases held text, without an incomplete character. */
  void finish() {
    if (stopped() || refused) {
      return;
    }
    splitter.ifPresent(ThoughtSplitter::flush);
    if (calling) {
      readHeld();
    } else if (!mustCall) { // else the begun opening of calls is no text
      giveHeld();
      give(stopMatcher.flush());
    }
  }

  String text() {
    return text.toString();
  }

  String thoughts() {
    return thoughts.toString();
  }

  /** The complete calls. */
  List<ToolCall> calls(FinishReason reason) {
    if (!calling) {
      return List.of();
    }
    CallReader read = reader.orElseThrow();
    return reason == FinishReason.STOP ? read.allCalls() : read.calls();
  }
}
