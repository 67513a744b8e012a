package io.animus.examples.demo;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** The demo can't go on. The message is for the person at the terminal: what is wrong, then what to do about it. */
final class DemoException extends RuntimeException {
    /** Something went wrong while the demo worked. */
    static final int FAILED = 1;
    /** The command line is wrong. */
    static final int BAD_USAGE = 2;
    /** This machine lacks something that the demo needs. */
    static final int MISSING = 3;
    /** The hub answered a problem where it should not have. */
    static final int REFUSED = 4;

    @Serial
    private static final long serialVersionUID = 1L;

    private final int exitCode;
    private final String problem;
    private final String remedy;

    private DemoException(int exitCode, String problem, String remedy, @Nullable Throwable cause) {
        super(problem, cause);
        this.exitCode = exitCode;
        this.problem = problem;
        this.remedy = remedy;
    }

    static DemoException failed(String problem, String remedy) {
        return new DemoException(FAILED, problem, remedy, null);
    }

    static DemoException failed(String problem, String remedy, Throwable cause) {
        return new DemoException(FAILED, problem, remedy, cause);
    }

    static DemoException badUsage(String problem) {
        return new DemoException(BAD_USAGE, problem, "./animus demo --help", null);
    }

    static DemoException missing(String problem, String remedy) {
        return new DemoException(MISSING, problem, remedy, null);
    }

    static DemoException refused(Problem problem) {
        return new DemoException(
                REFUSED, problem.toString(), "look for " + problem.requestId() + " in the hub's log", null);
    }

    /** What is wrong; one line, or a few of what a program said. */
    String problem() {
        return problem;
    }

    int exitCode() {
        return exitCode;
    }

    /** What the reader can do; one line. */
    String remedy() {
        return remedy;
    }
}
