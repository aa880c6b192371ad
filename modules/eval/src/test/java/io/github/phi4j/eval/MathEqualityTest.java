package io.github.phi4j.eval;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MathEqualityTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          \\frac{1}{2} | 1/2
          \\dfrac12 | 0.5
          \\frac{3}{4} | .75
          2\\sqrt{3} | \\sqrt{12}
          \\sqrt2 | 2^{1/2}
          (1, 2) | (1,2)
          (1,2) | \\left( 1, \\frac{4}{2} \\right)
          1, 2, 3 | 3,2,1
          \\{1,2\\} | \\{2,1\\}
          1 \\text{ or } 2 | 1,2
          x = 5 | 5
          5 | x=5
          x^2+2x+1 | (x+1)^2
          2x(x-1) | 2x^2-2x
          10\\% | 10
          90^\\circ | 90
          $18 | 18
          1,234 | 1234
          12\\text{ cm}^2 | 12
          5 \\text{ inches} | 5
          \\pi r^2 | r^2\\pi
          \\frac{\\pi}{3} | \\pi/3
          -\\frac{1}{3} | \\frac{-1}{3}
          [0,\\infty) | [0, \\infty)
          \\text{Tuesday} | Tuesday
          3+4i | 3 + 4i
          2\\frac{1}{2} | 2.5
          \\log_2 8 | \\log_2 8
          \\sqrt[3]{8} | 2
          {2} | 2
          """)
  void equal(String left, String right) {
    assertThat(MathEquality.equal(left, right)).isTrue();
    assertThat(MathEquality.equal(right, left)).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          1/2 | 1/3
          (1,2) | (2,1)
          (0,1) | [0,1]
          [0,1) | (0,1]
          1,2 | 1,2,3
          x^2 | x^3
          x+1 | y+1
          12 | 1,2
          0.333 | 1/3
          Tuesday | Monday
          2\\sqrt{3} | 2\\sqrt{2}
          \\sqrt{-1} | \\sqrt{-2}
          '' | 0
          """)
  void different(String left, String right) {
    assertThat(MathEquality.equal(left, right)).isFalse();
    assertThat(MathEquality.equal(right, left)).isFalse();
  }

  @Test
  void unparsableAnswersAreNotErrors() {
    String deep = "(".repeat(5000);
    assertThat(MathEquality.equal(deep, "-".repeat(5000))).isFalse();
    assertThat(MathEquality.equal("\\frac{", "}{")).isFalse();
    assertThat(MathEquality.equal("1/0", "2/0")).isFalse();
  }
}
