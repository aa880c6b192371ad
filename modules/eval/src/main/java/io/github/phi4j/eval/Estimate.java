package io.github.phi4j.eval;

/**
 * A mean with its two standard errors, which answer different questions.
 *
 * @param value the mean
 * @param runError the standard error over repeated runs of <em>these</em> questions: the error bars
 *     of the Phi-4 report. NaN if a question was asked only once
 * @param questionError the standard error if the questions are a sample of a population, clustered
 *     by groups of related questions (Miller 2024); it includes the error of the runs. NaN for
 *     fewer than two groups
 * @param low the lower end of the 95 % interval, based on the question error
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
