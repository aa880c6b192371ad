package io.github.phi4j.eval.pivotal;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.phi4j.api.Message;
import io.github.phi4j.api.Prompt;
import io.github.phi4j.api.Tokenizer;
import io.github.phi4j.eval.Replies;
import io.github.phi4j.eval.Task;
import io.github.phi4j.eval.internal.Json;
import io.github.phi4j.eval.internal.WholeFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Pairs for preference training: at a pivotal token, the token with the higher success probability
 * is chosen, the other rejected. As text, a pair is written only if it encodes to exactly the same
 * tokens; the others are counted.
 */
public final class PreferencePairs {

  /** The format of pairs. */
  public enum Format {
    /** Token ids: {@code prompt_ids, chosen_ids, rejected_ids}. */
    IDS,
    /** Texts with special tokens spelled out, for TRL: {@code prompt, chosen, rejected}. */
    TRL,
    /** Messages; the last one, the assistant's, is the beginning of the answer. */
    MESSAGES
  }

  private final Tokenizer tokenizer;
  private final Task task;
  private final Format format;
  private int dropped;

  /**
   * Creates a writer of pairs.
   *
   * @param tokenizer the model's tokenizer
   * @param task the task of the curves
   * @param format the format
   */
  public PreferencePairs(Tokenizer tokenizer, Task task, Format format) {
    this.tokenizer = tokenizer;
    this.task = task;
    this.format = format;
  }

  /**
   * Returns the number of pairs dropped because their text encodes to different tokens.
   *
   * @return the number so far
   */
  public int dropped() {
    return dropped;
  }

  /**
   * Returns the pairs of a curve, as records for a file of JSON lines.
   *
   * @param curve the curve
   * @return one record per pivotal token that has an alternative with the opposite effect
   */
  public List<Map<String, Object>> of(SuccessCurve curve) {
    List<Map<String, Object>> pairs = new ArrayList<>();
    for (int index : curve.pivotal()) {
      SuccessCurve.Point point = curve.points().get(index);
      Optional<SuccessCurve.Alternative> other = other(point);
      if (other.isPresent()) {
        pair(curve, index, other.get())
            .ifPresentOrElse(node -> pairs.add(Json.map(node)), () -> dropped++);
      }
    }
    return pairs;
  }

  /**
   * Writes the pairs of some curves as a file of JSON lines.
   *
   * @param curves the curves
   * @param file the file, which is replaced atomically
   * @return the number of pairs
   * @throws java.io.UncheckedIOException if it cannot be written
   */
  public int write(List<SuccessCurve> curves, Path file) {
    StringBuilder lines = new StringBuilder();
    int count = 0;
    for (SuccessCurve curve : curves) {
      for (Map<String, Object> pair : of(curve)) {
        lines.append(Json.line(Json.tree(pair))).append('\n');
        count++;
      }
    }
    WholeFile.write(file, lines);
    return count;
  }

  /**
   * Returns the most probable alternative on the other side of the success rate before the token.
   */
  private static Optional<SuccessCurve.Alternative> other(SuccessCurve.Point point) {
    return point.alternatives().stream()
        .filter(a -> point.step() > 0 ? a.success() < point.before() : a.success() > point.before())
        .max(Comparator.comparingDouble(SuccessCurve.Alternative::probability));
  }

  private Optional<ObjectNode> pair(SuccessCurve curve, int index, SuccessCurve.Alternative other) {
    SuccessCurve.Point point = curve.points().get(index);
    boolean raises = point.step() > 0;
    int chosen = raises ? point.token() : other.token();
    int rejected = raises ? other.token() : point.token();
    int[] prefix =
        curve.points().subList(0, index).stream().mapToInt(SuccessCurve.Point::token).toArray();
    ObjectNode node = Json.object();
    switch (format) {
      case IDS -> {
        ArrayNode ids = node.putArray("prompt_ids");
        Arrays.stream(curve.promptTokens()).forEach(ids::add);
        Arrays.stream(prefix).forEach(ids::add);
        node.putArray("chosen_ids").add(chosen);
        node.putArray("rejected_ids").add(rejected);
      }
      case TRL -> {
        if (!isExact(prefix, chosen) || !isExact(prefix, rejected)) {
          return Optional.empty();
        }
        node.put("prompt", spelledOut(curve.promptTokens()) + tokenizer.decode(prefix));
        node.put("chosen", tokenizer.text(chosen));
        node.put("rejected", tokenizer.text(rejected));
      }
      case MESSAGES -> {
        if (!(task.prompt(curve.item()) instanceof Prompt.Chat chat)
            || !isExact(prefix, chosen)
            || !isExact(prefix, rejected)) {
          return Optional.empty();
        }
        List<Message> messages = Replies.answered(chat, tokenizer.decode(prefix));
        if (!isExact(messages, curve, prefix)) {
          return Optional.empty();
        }
        ArrayNode prompt = node.putArray("prompt");
        for (Message message : messages) {
          prompt
              .addObject()
              .put("role", message.role().name().toLowerCase(Locale.ROOT))
              .put("content", message.content());
        }
        node.putArray("chosen")
            .addObject()
            .put("role", "assistant")
            .put("content", tokenizer.text(chosen));
        node.putArray("rejected")
            .addObject()
            .put("role", "assistant")
            .put("content", tokenizer.text(rejected));
      }
    }
    double success = raises ? point.after() : other.success();
    double failure = raises ? other.success() : point.after();
    node.put("item", curve.item().id()).put("position", index);
    node.put("p_before", point.before()).put("p_chosen", success).put("p_rejected", failure);
    node.put("step", point.step()).put("step_error", point.error());
    node.put("prob_chosen", raises ? point.probability() : other.probability());
    node.put("prob_rejected", raises ? other.probability() : point.probability());
    return Optional.of(node);
  }

  /** Returns whether a conversation encodes to a curve's prompt and the beginning of its answer. */
  private boolean isExact(List<Message> messages, SuccessCurve curve, int[] prefix) {
    int[] tokens =
        IntStream.concat(Arrays.stream(curve.promptTokens()), Arrays.stream(prefix)).toArray();
    return Arrays.equals(
        tokenizer.encode(Prompt.continuing(messages), task.options(curve.item())), tokens);
  }

  /** Returns whether the texts encode to these tokens, separately and together. */
  private boolean isExact(int[] prefix, int token) {
    String start = tokenizer.decode(prefix);
    String next = tokenizer.text(token);
    int[] both = IntStream.concat(Arrays.stream(prefix), IntStream.of(token)).toArray();
    return !tokenizer.isSpecial(token)
        && Arrays.equals(tokenizer.encode(start), prefix)
        && Arrays.equals(tokenizer.encode(next), new int[] {token})
        && Arrays.equals(tokenizer.encode(start + next), both);
  }

  private String spelledOut(int[] tokens) {
    StringBuilder text = new StringBuilder();
    List<Integer> plain = new ArrayList<>();
    for (int token : tokens) {
      if (tokenizer.isSpecial(token)) {
        text.append(decoded(plain)).append(tokenizer.text(token));
        plain.clear();
      } else {
        plain.add(token);
      }
    }
    return text.append(decoded(plain)).toString();
  }

  private String decoded(List<Integer> tokens) {
    return tokenizer.decode(tokens.stream().mapToInt(id -> id).toArray());
  }
}
