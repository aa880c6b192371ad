package io.github.phi4j.internal.engine;

import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;

/**
 * Ids of tool calls in OpenAI's form: random, or with a seed a hash of the seed and the preceding
 * tokens, so that they differ between the turns of a conversation.
 */
final class CallIds implements Supplier<String> {

  private static final String DIGITS =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  private static final int LENGTH = 24;

  private final SplittableRandom random;

  /**
   * Creates the ids of a reply.
   *
   * @param seed the seed for reproducible ids, if any
   * @param reply the tokens of the reply before its first call
   */
  CallIds(OptionalLong seed, int[] prompt, int[] reply) {
    long mixed = ThreadLocalRandom.current().nextLong();
    if (seed.isPresent()) {
      mixed = mix(mix(seed.getAsLong(), prompt), reply);
    }
    random = new SplittableRandom(mixed);
  }

  /** FNV-1a over ints instead of bytes. */
  private static long mix(long start, int[] values) {
    long mixed = start;
    for (int value : values) {
      mixed = (mixed ^ value) * 0x100000001b3L;
    }
    return mixed;
  }

  @Override
  public String get() {
    StringBuilder id = new StringBuilder("call_");
    for (int i = 0; i < LENGTH; i++) {
      id.append(DIGITS.charAt(random.nextInt(DIGITS.length())));
    }
    return id.toString();
  }
}
