package io.github.phi4j.cli;

import io.github.phi4j.api.ChatFormat;
import io.github.phi4j.api.Choice;
import io.github.phi4j.api.Completion;
import io.github.phi4j.api.Embedding;
import io.github.phi4j.api.EmbeddingOptions;
import io.github.phi4j.api.FileException;
import io.github.phi4j.api.FinishReason;
import io.github.phi4j.api.GenerationOptions;
import io.github.phi4j.api.Generator;
import io.github.phi4j.api.Grammar;
import io.github.phi4j.api.GrammarMatcher;
import io.github.phi4j.api.LoadOptions;
import io.github.phi4j.api.LogitsSink;
import io.github.phi4j.api.MetadataValue;
import io.github.phi4j.api.ModelException;
import io.github.phi4j.api.ModelInfo;
import io.github.phi4j.api.ModelInspection;
import io.github.phi4j.api.PackedFile;
import io.github.phi4j.api.PrefixCacheUsage;
import io.github.phi4j.api.Prompt;
import io.github.phi4j.api.Sampling;
import io.github.phi4j.api.ScoringOptions;
import io.github.phi4j.api.Session;
import io.github.phi4j.api.SessionOptions;
import io.github.phi4j.api.TextSink;
import io.github.phi4j.api.Timings;
import io.github.phi4j.api.TokenLogProb;
import io.github.phi4j.api.Tokenizer;
import io.github.phi4j.api.ToolCall;
import io.github.phi4j.api.Usage;
import io.github.phi4j.api.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A fake model with scripted answers that records its requests; its tokens are bytes. */
final class FakeModels implements Models {

  static final int VOCABULARY_SIZE = 260;
  static final int TRAINED_CONTEXT_LENGTH = 64;
  static final Path FILE = Path.of("fake.gguf");

  Function<Prompt, Stream<String>> reply = prompt -> Stream.of("forty", "-two");
  FinishReason finishReason = FinishReason.STOP;
  String thoughts = "";
  List<ToolCall> calls = List.of();
  EmbeddingOptions embeddingOptions;
  boolean addsBos;
  Optional<String> refusal = Optional.empty();
  List<String> findings = List.of();

  PackedFile packed =
      new PackedFile(
          Path.of("fake.phi4pack"), PackedFile.State.MISSING, 7_600_000, Optional.empty());

  Path loadedFile;
  final List<LoadOptions> loadOptions = new ArrayList<>();
  final List<Prompt> prompts = new ArrayList<>();
  final List<int[]> fed = Collections.synchronizedList(new ArrayList<>());
  final List<Path> restored = new ArrayList<>();
  GenerationOptions options;
  int open;
  final CountDownLatch cancelled = new CountDownLatch(1);

  @Override
  public Generator load(Path file, LoadOptions newOptions) {
    if (!file.equals(FILE)) {
      throw new ModelException(file, 4, "version 99", "version 2 or 3");
    }
    loadedFile = file;
    loadOptions.add(newOptions);
    return new FakeGenerator(newOptions.contextLength().orElse(TRAINED_CONTEXT_LENGTH));
  }

  @Override
  public PackedFile packedFile(Path file, LoadOptions options) {
    loadOptions.add(options);
    return packed;
  }

  @Override
  public PackedFile pack(Path file, LoadOptions options) {
    loadOptions.add(options);
    options.packingListener().progress(1_000_000, 2_000_000);
    options.packingListener().progress(1_100_000, 2_000_000);
    options.packingListener().progress(2_000_000, 2_000_000);
    return packed;
  }

  @Override
  public void verifyPacked(Path file, LoadOptions options) {
    loadOptions.add(options);
    packed
        .fault()
        .ifPresent(fault -> {
          throw new ModelException(packed.path(), 4096, fault, "sound data");
        });
  }

  @Override
  public ModelInspection inspect(Path file) {
    if (!file.equals(FILE)) {
      throw new ModelException(file, -1, "no such file", "a GGUF file");
    }
    Map<String, MetadataValue> metadata = new LinkedHashMap<>();
    metadata.put("general.architecture", new MetadataValue.Text("phi3"));
    metadata.put("phi3.block_count", new MetadataValue.Int(6));
    metadata.put("phi3.rope.freq_base", new MetadataValue.Real(250000.0));
    metadata.put("tokenizer.ggml.add_bos_token", new MetadataValue.Bool(addsBos));
    metadata.put("tokenizer.ggml.bos_token_id", new MetadataValue.Int(256));
    metadata.put(
        "tokenizer.chat_template", new MetadataValue.Text("line one\nline two " + "x".repeat(200)));
    metadata.put(
        "tokenizer.ggml.tokens",
        new MetadataValue.Array(
            "STRING", 260, id -> new MetadataValue.Text(id == 1 ? "y".repeat(41) : "t" + id)));
    metadata.put(
        "tokenizer.ggml.token_type", new MetadataValue.Array("INT32", 2, MetadataValue.Int::new));
    return new ModelInspection(
        List.of(file),
        7_174_560,
        3,
        metadata,
        List.of(
            new ModelInspection.Tensor("token_embd.weight", "Q8_0", List.of(256L, 4096L), 100, 0),
            new ModelInspection.Tensor("output_norm.weight", "F32", List.of(256L), 1024, 128),
            new ModelInspection.Tensor("blk.0.attn_norm.weight", "F32", List.of(256L), 1024, 1152)),
        refusal.isPresent() ? Optional.empty() : Optional.of(info()),
        refusal);
  }

  private ModelInfo info() {
    return new ModelInfo(
        "fake",
        "phi3",
        "Q8_0",
        6_622_464,
        7_040_000,
        TRAINED_CONTEXT_LENGTH,
        256,
        768,
        6,
        8,
        2,
        32,
        32,
        250000f,
        VOCABULARY_SIZE,
        Optional.of(ChatFormat.PHI4),
        findings);
  }

  private final class FakeGenerator implements Generator {
    private final int contextLength;

    FakeGenerator(int contextLength) {
      this.contextLength = contextLength;
      open++;
    }

    @Override
    public int threads() {
      return loadOptions.getLast().threads().orElse(2);
    }

    @Override
    public ModelInfo info() {
      return FakeModels.this.info();
    }

    @Override
    public Tokenizer tokenizer() {
      return new ByteTokenizer(addsBos);
    }

    @Override
    public int contextLength() {
      return contextLength;
    }

    @Override
    public int maxSequences() {
      return loadOptions.getLast().maxSequences();
    }

    @Override
    public void prepare(Grammar grammar) {}

    @Override
    public GrammarMatcher matcher(Grammar grammar) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Session newSession(SessionOptions how) {
      return new FakeSession(contextLength);
    }

    @Override
    public Session restore(Path file) {
      restored.add(file);
      return new FakeSession(contextLength);
    }

    @Override
    public PrefixCacheUsage prefixCacheUsage() {
      return new PrefixCacheUsage(0, 0, 0, 0);
    }

    @Override
    public Workload workload() {
      return new Workload(0, 0, 0);
    }

    @Override
    public Completion generate(Prompt prompt, GenerationOptions newOptions, TextSink sink) {
      try (Session session = newSession()) {
        return session.generate(prompt, newOptions, sink);
      }
    }

    @Override
    public List<Completion> generate(
        Prompt prompt,
        GenerationOptions newOptions,
        int samples,
        IntFunction<? extends TextSink> sinks) {
      try (Session session = newSession()) {
        return session.generate(prompt, newOptions, samples, sinks);
      }
    }

    @Override
    public List<TokenLogProb> score(Prompt prompt, int from, ScoringOptions how) {
      try (Session session = newSession()) {
        return session.score(prompt, from, how);
      }
    }

    @Override
    public List<Embedding> embed(List<String> texts, EmbeddingOptions how) {
      embeddingOptions = how;
      return texts.stream()
          .map(text -> new Embedding(new float[] {text.length(), 0.5f}, text.length()))
          .toList();
    }

    @Override
    public List<Choice> choose(Prompt prompt, List<String> alternatives, ScoringOptions how) {
      try (Session session = newSession()) {
        return session.choose(prompt, alternatives, how);
      }
    }

    @Override
    public void close() {
      open--;
    }
  }

  private static int[] tokens(Prompt prompt) {
    return switch (prompt) {
      case Prompt.Raw raw -> new ByteTokenizer(false).encode(raw.text());
      case Prompt.Tokens tokens -> tokens.ids();
      case Prompt.Chat _ -> throw new UnsupportedOperationException("a chat is not scored here");
    };
  }

  private final class FakeSession implements Session {
    private final int contextLength;
    private int position;

    FakeSession(int contextLength) {
      this.contextLength = contextLength;
      open++;
    }

    @Override
    public Completion generate(Prompt prompt, GenerationOptions newOptions, TextSink sink) {
      prompts.add(prompt);
      options = newOptions;
      if (!thoughts.isEmpty()) {
        sink.acceptReasoning(thoughts);
      }
      StringBuilder text = new StringBuilder();
      FinishReason reason = finishReason;
      for (Iterator<String> pieces = reply.apply(prompt).iterator(); pieces.hasNext(); ) {
        String piece = pieces.next();
        if (cancelled.getCount() == 0) {
          reason = FinishReason.CANCELLED;
          break;
        }
        text.append(piece);
        if (!sink.accept(piece)) {
          reason = FinishReason.CANCELLED;
          break;
        }
      }
      return new Completion(
          text.toString(),
          thoughts,
          calls,
          new int[] {1, 2, 3},
          reason,
          new Usage(7, 2, 4),
          new Timings(Duration.ofMillis(10), 5, Duration.ofMillis(40), 4, 6, 3),
          logProbs(newOptions));
    }

    @Override
    public List<Completion> generate(
        Prompt prompt,
        GenerationOptions newOptions,
        int samples,
        IntFunction<? extends TextSink> sinks) {
      return IntStream.range(0, samples)
          .mapToObj(i -> generate(prompt, newOptions, sinks.apply(i)))
          .toList();
    }

    private static List<TokenLogProb> logProbs(GenerationOptions newOptions) {
      if (newOptions.logProbs().isEmpty() && newOptions.samplingProbs().isEmpty()) {
        return List.of();
      }
      List<TokenLogProb.Alternative> top =
          List.of(new TokenLogProb.Alternative(66, -0.5), new TokenLogProb.Alternative(65, -1));
      Optional<TokenLogProb.Sampled> sampled =
          newOptions.samplingProbs().isPresent()
              ? Optional.of(
                  new TokenLogProb.Sampled(0.75, List.of(new TokenLogProb.Candidate(65, 0.75))))
              : Optional.empty();
      return List.of(
          new TokenLogProb(65, -1, top.subList(0, newOptions.logProbs().orElse(0)), sampled),
          new TokenLogProb(66, -0.25, List.of()));
    }

    @Override
    public List<TokenLogProb> score(Prompt prompt, int from, ScoringOptions how) {
      int[] tokens = FakeModels.tokens(prompt);
      feed(Arrays.copyOf(tokens, from - 1));
      List<TokenLogProb> scores = new ArrayList<>();
      feed(
          Arrays.copyOfRange(tokens, from - 1, tokens.length - 1),
          (at, logits) -> {
            double sum = 0;
            for (float logit : logits) {
              sum += Math.exp(logit);
            }
            int next = tokens[at + 1];
            scores.add(new TokenLogProb(next, logits[next] - Math.log(sum), List.of()));
          });
      return scores;
    }

    @Override
    public List<Embedding> embed(List<String> texts, EmbeddingOptions how) {
      throw new UnsupportedOperationException();
    }

    @Override
    public List<Choice> choose(Prompt prompt, List<String> alternatives, ScoringOptions how) {
      prompts.add(prompt);
      int count = alternatives.size();
      return IntStream.range(0, count)
          .mapToObj(i ->
              new Choice(
                  alternatives.get(i),
                  (i + 1) / (count * (count + 1) / 2.0),
                  1.0 / count,
                  List.of(new TokenLogProb(65 + i, -2 + i, List.of()))))
          .toList();
    }

    @Override
    public void feed(int... tokens) {
      feed(tokens, (at, logits) -> {});
    }

    @Override
    public void feed(int[] tokens, LogitsSink sink) {
      if (position + tokens.length > contextLength) {
        throw new IllegalArgumentException("the context has no room");
      }
      fed.add(tokens.clone());
      float[] logits = new float[VOCABULARY_SIZE];
      for (int token : tokens) {
        if (token < 0 || token >= VOCABULARY_SIZE) {
          throw new IllegalArgumentException("token id " + token + " is out of range");
        }
        for (int i = 0; i < logits.length; i++) {
          logits[i] = (float) Math.sin(token * 31.0 + i * 7.0 + position);
        }
        sink.accept(position++, logits);
      }
    }

    @Override
    public float[] logits() {
      return new float[VOCABULARY_SIZE];
    }

    @Override
    public double[] distribution(Sampling sampling) {
      double[] probabilities = new double[VOCABULARY_SIZE];
      Arrays.fill(probabilities, 1.0 / VOCABULARY_SIZE);
      return probabilities;
    }

    @Override
    public int position() {
      return position;
    }

    @Override
    public int contextLength() {
      return contextLength;
    }

    @Override
    public void rewind(int newPosition) {
      position = newPosition;
    }

    @Override
    public Session fork() {
      return new FakeSession(contextLength);
    }

    @Override
    public void save(Path file) {
      try {
        Files.writeString(file, "session");
      } catch (IOException e) {
        throw new FileException(file, "a place that cannot be written to", "another", e);
      }
    }

    @Override
    public void cancel() {
      cancelled.countDown();
    }

    @Override
    public void close() {
      open--;
    }
  }
}
