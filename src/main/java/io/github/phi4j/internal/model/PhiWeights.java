package io.github.phi4j.internal.model;

import io.github.phi4j.internal.kernel.Matrix;
import java.util.List;
import java.util.Optional;

/**
 * The weights of a model; the matrices are slices of the mapped file.
 *
 * <p>A projection is a list of stacked matrices: one if the file has it fused, several if split.
 *
 * @param tokenEmbedding (vocabulary, embedding)
 * @param layers the transformer blocks
 * @param outputNorm (embedding)
 * @param output (vocabulary, embedding), the token embedding itself if tied
 * @param shortRopeFactors divisors of the rope frequencies for short contexts
 * @param longRopeFactors the same for long contexts
 */
@SuppressWarnings(
    "ArrayRecordComponent") // never compared, and the forward pass reads them in place
public record PhiWeights(
    Matrix tokenEmbedding,
    List<Layer> layers,
    float[] outputNorm,
    List<Matrix> output,
    Optional<float[]> shortRopeFactors,
    Optional<float[]> longRopeFactors) {

  /**
   * The weights of one transformer block.
   *
   * @param attentionNorm (embedding)
   * @param qkv (queries + keys + values, embedding)
   * @param attentionOutput (embedding, queries)
   * @param feedForwardNorm (embedding)
   * @param gateUp (2 · feed forward, embedding), the gate first
   * @param down (embedding, feed forward)
   */
  @SuppressWarnings("ArrayRecordComponent") // as above
  public record Layer(
      float[] attentionNorm,
      List<Matrix> qkv,
      List<Matrix> attentionOutput,
      float[] feedForwardNorm,
      List<Matrix> gateUp,
      List<Matrix> down) {}
}
