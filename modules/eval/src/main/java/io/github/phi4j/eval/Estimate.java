package io.github.phi4j.eval;

/**
 * A mean with its two kinds of error, which must not be mixed up.
 *
 * @param value the mean
 * @param runError the standard error that repeated runs of <em>these</em> questions leave: what the
 *     Phi-4 report draws as error bars. Not a number if a question was asked only once
 * @param questionError the standard error if the questions are a sample of all that might be asked,
 *     by groups of related questions (Miller 2024); it includes the error of the runs. Not a number
 *     with fewer than two groups
 * @param low the lower end of the 95 % interval by the error of the questions
 * @param high its upper end
 * @param questions the number of questions
 * @param groups the number of groups of related questions
 * @param samples the number of replies
 */
public record Estimate(
    double value,
    double runError,
    double questionError,
    double low,
    double high,
    int questions,
    int groups,
    int samples) {}
