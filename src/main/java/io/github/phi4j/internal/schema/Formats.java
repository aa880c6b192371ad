package io.github.phi4j.internal.schema;

import java.util.Locale;
import java.util.Optional;

/** The formats of strings that are enforced, each a subset of what its standard allows. */
final class Formats {

  private static final String YEAR_MONTH_DAY =
      // months of 31 days, of 30, February; its 29th in leap years alone
      "[0-9]{4} \"-\" ((\"0\" [13578] | \"1\" [02]) \"-\" (\"0\" [1-9] | [12] [0-9] | \"3\" [01])"
          + " | (\"0\" [469] | \"11\") \"-\" (\"0\" [1-9] | [12] [0-9] | \"30\")"
          + " | \"02-\" (\"0\" [1-9] | \"1\" [0-9] | \"2\" [0-8]))"
          + " | ([0-9] [0-9] (\"0\" [48] | [2468] [048] | [13579] [26])"
          + " | (\"0\" [048] | [2468] [048] | [13579] [26]) \"00\") \"-02-29\"";

  private static final String TIME =
      "([01] [0-9] | \"2\" [0-3]) \":\" [0-5] [0-9] \":\" [0-5] [0-9] (\".\" [0-9]{1,9})?"
          + " (\"Z\" | [-+] (\"0\" [0-9] | \"1\" [0-7]) \":\" [0-5] [0-9])";

  private static final String HEX = "[0-9a-fA-F]";

  private static final String LABEL = "[a-zA-Z] [a-zA-Z0-9]{0,15} (\"-\" [a-zA-Z0-9]{1,8}){0,2}";

  /** Top-level domains, in lower case: common generic ones, then those of countries. */
  private static final String TOP_LEVEL_DOMAIN =
      "\"com\" | \"org\" | \"net\" | \"edu\" | \"gov\" | \"mil\" | \"int\" | \"info\" | \"biz\" |"
          + " \"name\" | \"pro\" | \"app\" | \"dev\" | \"cloud\" | \"online\" | \"site\" | \"tech\""
          + " | \"blog\" | \"shop\" | \"store\" | \"xyz\" | \"mobi\" | \"jobs\" | \"coop\" |"
          + " \"museum\" | \"aero\" | \"a\" [c-gilmoq-uwxz] | \"b\" [abd-jmnorstvwyz] | \"c\""
          + " [acdfghik-oru-z] | \"d\" [ejkmoz] | \"e\" [cegrstu] | \"f\" [ijkmor] | \"g\""
          + " [abd-ilmnp-uwy] | \"h\" [kmnrtu] | \"i\" [del-oq-t] | \"j\" [emop] | \"k\""
          + " [eghimnprwyz] | \"l\" [abcikr-vy] | \"m\" [acdeghk-z] | \"n\" [acefgilopruz] | \"om\""
          + " | \"p\" [ae-hk-nrstwy] | \"qa\" | \"r\" [eosuw] | \"s\" [a-eg-ortuvxyz] | \"t\""
          + " [cdfghj-ortvwz] | \"u\" [agksyz] | \"v\" [aceginu] | \"w\" [fs] | \"y\" [et] | \"z\""
          + " [amw]";

  private final Gbnf grammar;

  Formats(Gbnf grammar) {
    this.grammar = grammar;
  }

  /** The strings of a format without their quotes, if it is known. */
  Optional<Patterns.Translation> format(String name) {
    return switch (name) {
      case "date" -> Optional.of(of(date(), 10, 10));
      case "time" -> Optional.of(of(time(), 9, 24));
      case "date-time" -> Optional.of(of(date() + " \"T\" " + time(), 20, 35));
      case "uuid" ->
          Optional.of(
              of(
                  grammar.rule(
                      "uuid",
                      String.format(
                          Locale.ROOT,
                          "%1$s{8} \"-\" %1$s{4} \"-\" %1$s{4} \"-\" %1$s{4} \"-\" %1$s{12}",
                          HEX)),
                  36,
                  36));
      case "email" -> Optional.of(of(email(), 6, 167));
      case "ipv4" -> Optional.of(of(ipv4(), 7, 15));
      default -> Optional.empty();
    };
  }

  private static Patterns.Translation of(String body, int min, int max) {
    return new Patterns.Translation(body, min, max);
  }

  private String date() {
    return grammar.rule("date", YEAR_MONTH_DAY);
  }

  private String time() {
    return grammar.rule("time", TIME);
  }

  private String email() {
    String label = grammar.rule("label", LABEL);
    return grammar.rule(
        "email",
        "[a-zA-Z0-9]{1,16} ([._+-] [a-zA-Z0-9]{1,12}){0,3} \"@\" "
            + label
            + " (\".\" "
            + label
            + "){0,2} \".\" "
            + grammar.rule("top-level", TOP_LEVEL_DOMAIN));
  }

  private String ipv4() {
    String octet =
        grammar.rule(
            "octet", "[0-9] | [1-9] [0-9] | \"1\" [0-9] [0-9] | \"2\" [0-4] [0-9] | \"25\" [0-5]");
    return grammar.rule("ipv4", octet + " (\".\" " + octet + "){3}");
  }
}
