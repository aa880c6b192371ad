package io.github.phi4j.internal.model;

import io.github.phi4j.internal.gguf.GgufFile;
import io.github.phi4j.internal.gguf.GgufTensor;
import io.github.phi4j.internal.kernel.BlockFormats;
import java.util.Arrays;

/**
 * A second, plain implementation of the forward pass: in double precision, token by token over
 * whole sequences, without a cache, from the file itself.
 */
final class ReferenceModel {

  private final GgufFile file;
  private final String architecture;
  private final int width;
  private final int layers;
  private final int heads;
  private final int headsKv;
  private final int headLength;
  private final int rotated;
  private final int feedForward;

  ReferenceModel(GgufFile file) {
    this.file = file;
    architecture = file.metadata().string("general.architecture").orElseThrow();
    width = integer("embedding_length");
    layers = integer("block_count");
    heads = integer("attention.head_count");
    headsKv = integer("attention.head_count_kv");
    headLength = width / heads;
    rotated = integer("rope.dimension_count");
    feedForward = integer("feed_forward_length");
  }

  private int integer(String key) {
    return (int) file.metadata().integer(architecture + "." + key).orElseThrow();
  }

  private double number(String key, double absent) {
    return file.metadata().number(architecture + "." + key).orElse(absent);
  }

  /** Returns the logits after each token of a sequence, with either set of RoPE factors. */
  double[][] logits(int[] tokens, boolean longFactors) {
    double[][] embedding = matrix("token_embd.weight");
    double[][] x = new double[tokens.length][];
    for (int t = 0; t < tokens.length; t++) {
      x[t] = embedding[tokens[t]].clone();
    }
    for (int layer = 0; layer < layers; layer++) {
      String block = "blk." + layer + ".";
      double[][] h = norm(x, vector(block + "attn_norm.weight"));
      double[][] q = heads(times(queries(block), h), heads);
      double[][] k = heads(times(keys(block), h), headsKv);
      double[][] v = times(values(block), h);
      for (int t = 0; t < tokens.length; t++) {
        rotate(q[t], t, longFactors);
        rotate(k[t], t, longFactors);
      }
      add(x, times(matrix(block + "attn_output.weight"), attend(q, k, v)));
      h = norm(x, vector(block + "ffn_norm.weight"));
      double[][] gate = times(gate(block), h);
      double[][] up = times(up(block), h);
      for (int t = 0; t < tokens.length; t++) {
        for (int i = 0; i < feedForward; i++) {
          up[t][i] *= gate[t][i] / (1 + Math.exp(-gate[t][i]));
        }
      }
      add(x, times(matrix(block + "ffn_down.weight"), up));
    }
    boolean tied = !file.tensors().containsKey("output.weight");
    return times(tied ? embedding : matrix("output.weight"), norm(x, vector("output_norm.weight")));
  }

  // Rows 0.. of the fused matrix are queries, then keys, then values; the gate is above up.

  private double[][] queries(String block) {
    return split() ? matrix(block + "attn_q.weight") : fused(block, 0, heads);
  }

  private double[][] keys(String block) {
    return split() ? matrix(block + "attn_k.weight") : fused(block, heads, headsKv);
  }

  private double[][] values(String block) {
    return split() ? matrix(block + "attn_v.weight") : fused(block, heads + headsKv, headsKv);
  }

  private double[][] fused(String block, int firstHead, int count) {
    double[][] qkv = matrix(block + "attn_qkv.weight");
    return Arrays.copyOfRange(qkv, firstHead * headLength, (firstHead + count) * headLength);
  }

  private double[][] gate(String block) {
    return split()
        ? matrix(block + "ffn_gate.weight")
        : Arrays.copyOf(matrix(block + "ffn_up.weight"), feedForward);
  }

  private double[][] up(String block) {
    double[][] up = matrix(block + "ffn_up.weight");
    return split() ? up : Arrays.copyOfRange(up, feedForward, 2 * feedForward);
  }

  private boolean split() {
    return architecture.equals("llama");
  }

  /**
   * Reverts the reordering of each head's dimensions in a conversion to architecture llama: 2i to
   * i, and 2i + 1 to i + half.
   */
  private double[][] heads(double[][] in, int count) {
    if (!split()) {
      return in;
    }
    double[][] out = new double[in.length][in[0].length];
    for (int t = 0; t < in.length; t++) {
      for (int head = 0; head < count; head++) {
        for (int i = 0; i < headLength / 2; i++) {
          int at = head * headLength;
          out[t][at + i] = in[t][at + 2 * i];
          out[t][at + i + headLength / 2] = in[t][at + 2 * i + 1];
        }
      }
    }
    return out;
  }

  /** Rotates dimension i of each head with dimension i + rotated / 2. */
  private void rotate(double[] vector, int position, boolean longFactors) {
    String name = longFactors ? "rope_factors_long.weight" : "rope_factors_short.weight";
    double[] factors = file.tensors().containsKey(name) ? vector(name) : null;
    if (file.tensors().containsKey("rope_freqs.weight")) {
      factors = vector("rope_freqs.weight");
    }
    double base = number("rope.freq_base", Double.NaN);
    double attentionFactor = number("rope.scaling.attn_factor", 1);
    double scaling = number("rope.scaling.factor", number("rope.scale_linear", 1));
    for (int at = 0; at < vector.length; at += headLength) {
      for (int i = 0; i < rotated / 2; i++) {
        double theta = position / scaling / Math.pow(base, 2.0 * i / rotated);
        theta /= factors == null ? 1 : factors[i];
        double c = Math.cos(theta) * attentionFactor;
        double s = Math.sin(theta) * attentionFactor;
        double a = vector[at + i];
        double b = vector[at + i + rotated / 2];
        vector[at + i] = a * c - b * s;
        vector[at + i + rotated / 2] = a * s + b * c;
      }
    }
  }

  private double[][] attend(double[][] q, double[][] k, double[][] v) {
    double[][] out = new double[q.length][width];
    for (int t = 0; t < q.length; t++) {
      for (int head = 0; head < heads; head++) {
        int at = head * headLength;
        int atKv = head / (heads / headsKv) * headLength;
        double[] weights = new double[t + 1];
        double sum = 0;
        for (int other = 0; other <= t; other++) {
          double dot = 0;
          for (int i = 0; i < headLength; i++) {
            dot += q[t][at + i] * k[other][atKv + i];
          }
          weights[other] = Math.exp(dot / Math.sqrt(headLength));
          sum += weights[other];
        }
        for (int other = 0; other <= t; other++) {
          for (int i = 0; i < headLength; i++) {
            out[t][at + i] += weights[other] / sum * v[other][atKv + i];
          }
        }
      }
    }
    return out;
  }

  private double[][] norm(double[][] x, double[] weight) {
    double epsilon = number("attention.layer_norm_rms_epsilon", Double.NaN);
    double[][] out = new double[x.length][width];
    for (int t = 0; t < x.length; t++) {
      double squares = 0;
      for (double value : x[t]) {
        squares += value * value;
      }
      for (int i = 0; i < width; i++) {
        out[t][i] = x[t][i] / Math.sqrt(squares / width + epsilon) * weight[i];
      }
    }
    return out;
  }

  private static double[][] times(double[][] matrix, double[][] x) {
    double[][] out = new double[x.length][matrix.length];
    for (int t = 0; t < x.length; t++) {
      for (int row = 0; row < matrix.length; row++) {
        for (int i = 0; i < x[t].length; i++) {
          out[t][row] += matrix[row][i] * x[t][i];
        }
      }
    }
    return out;
  }

  private static void add(double[][] x, double[][] delta) {
    for (int t = 0; t < x.length; t++) {
      for (int i = 0; i < x[t].length; i++) {
        x[t][i] += delta[t][i];
      }
    }
  }

  private double[][] matrix(String name) {
    int columns = Math.toIntExact(file.tensors().get(name).shape().getFirst());
    double[] all = vector(name);
    double[][] matrix = new double[all.length / columns][];
    for (int row = 0; row < matrix.length; row++) {
      matrix[row] = Arrays.copyOfRange(all, row * columns, (row + 1) * columns);
    }
    return matrix;
  }

  private double[] vector(String name) {
    GgufTensor tensor = file.tensors().get(name);
    float[] values = new float[Math.toIntExact(tensor.elements())];
    BlockFormats.of(tensor.type())
        .orElseThrow()
        .dequantize(tensor.data(), 0, values, 0, values.length);
    double[] out = new double[values.length];
    Arrays.setAll(out, i -> values[i]);
    return out;
  }
}
