package io.animus.verifier;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Times of events: {@code YYYY-MM-DDThh:mm:ss.ffffffZ}, as microseconds since 1970. */
final class Timestamp {
    private static final String FORM = "0000-00-00T00:00:00.000000Z";
    private static final int[] DAYS = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    // From 0000-03-01 to 1970-01-01 in the proleptic Gregorian calendar.
    private static final long DAYS_TO_1970 = 719_468;

    private Timestamp() {}

    /** @throws MalformedException if it has another form, or there is no such time */
    static long micros(byte[] text, int from, int to) throws MalformedException {
        var isRight = to - from == FORM.length();
        for (var i = 0; isRight && i < FORM.length(); i++) {
            var form = FORM.charAt(i);
            var c = text[from + i];
            isRight = form == '0' ? c >= '0' && c <= '9' : c == form;
        }
        if (!isRight) {
            throw new MalformedException("a time is not of the form YYYY-MM-DDThh:mm:ss.ffffffZ");
        }
        var year = number(text, from, 4);
        var month = number(text, from + 5, 2);
        var day = number(text, from + 8, 2);
        var hour = number(text, from + 11, 2);
        var minute = number(text, from + 14, 2);
        var second = number(text, from + 17, 2);
        if (month < 1 || month > 12 || day < 1 || day > days(year, month) || hour > 23 || minute > 59 || second > 59) {
            throw new MalformedException("there is no such time");
        }
        var seconds = ((days(year, month, day) * 24 + hour) * 60 + minute) * 60 + second;
        return seconds * 1_000_000 + number(text, from + 20, 6);
    }

    private static int number(byte[] text, int from, int digits) {
        var value = 0;
        for (var i = from; i < from + digits; i++) {
            value = 10 * value + text[i] - '0';
        }
        return value;
    }

    private static int days(int year, int month) {
        var isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        return month == 2 && isLeap ? 29 : DAYS[month - 1];
    }

    // Years begin in March here, so that the leap day is their last.
    private static long days(int year, int month, int day) {
        long years = month < 3 ? year - 1 : year;
        var months = (month + 9) % 12;
        var leapDays = Math.floorDiv(years, 4) - Math.floorDiv(years, 100) + Math.floorDiv(years, 400);
        return 365 * years + leapDays + (153 * months + 2) / 5 + day - 1 - DAYS_TO_1970;
    }

    /** For people. */
    static String text(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS).toString();
    }
}
