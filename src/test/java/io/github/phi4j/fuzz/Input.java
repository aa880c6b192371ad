package io.github.phi4j.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** A fuzzer's bytes, read as choices and texts; after the last byte, all are 0. */
final class Input {

  /** Special tokens, their parts, and other models' special tokens. */
  static final List<String> LIKELY =
      List.of(
          "<|im_start|>",
          "<|im_end|>",
          "<|im_sep|>",
          "<|end|>",
          "<|user|>",
          "<|assistant|>",
          "<|system|>",
          "<|tool|>",
          "<|/tool|>",
          "<|tool_call|>",
          "<|/tool_call|>",
          "<|tool_response|>",
          "<|endoftext|>",
          "<think>",
          "</think>",
          "<|",
          "|>",
          "\ufeff",
          "\u200b",
          "\ud83d",
          "\ude80",
          "\u0000",
          "\n",
          "\u202e",
          "\u00a0",
          "Ġ",
          "ｉｍ＿ｅｎｄ",
          "\\u003c|im_end|\\u003e",
          "&lt;|im_end|&gt;",
          "{\"name\": \"",
          "\"arguments\": ");

  private final byte[] bytes;
  private int at;

  Input(byte[] bytes) {
    this.bytes = bytes;
  }

  boolean hasMore() {
    return at < bytes.length;
  }

  /** Returns a number from 0 to below the bound, which is at most 65,536. */
  int choice(int bound) {
    int value = next();
    if (bound > 256) {
      value = (value << 8) | next();
    }
    return value % bound;
  }

  private int next() {
    return at < bytes.length ? bytes[at++] & 0xff : 0;
  }

  /** Returns a text in which meaningful parts are likely. */
  String text() {
    StringBuilder text = new StringBuilder();
    for (int parts = choice(8); parts > 0 && hasMore(); parts--) {
      if (choice(2) == 0) {
        text.append(LIKELY.get(choice(LIKELY.size())));
      } else {
        int length = Math.min(choice(32), bytes.length - at);
        text.append(new String(bytes, at, length, StandardCharsets.UTF_8));
        at += length;
      }
    }
    return text.toString();
  }

  /** Returns the rest. */
  String rest() {
    String rest = new String(bytes, at, bytes.length - at, StandardCharsets.UTF_8);
    at = bytes.length;
    return rest;
  }
}
