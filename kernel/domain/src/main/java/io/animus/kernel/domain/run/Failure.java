package io.animus.kernel.domain.run;

/**
 * Why something failed.
 *
 * @param detail what happened and what to do, for people; cut to 2,000 characters
 */
public record Failure(FailureCause cause, String detail) {
    private static final int MAX_DETAIL = 2000;

    public Failure {
        // Tables take no U+0000, and what a program or an engine says may hold one.
        detail = detail.replace('\0', '\ufffd');
        if (detail.length() > MAX_DETAIL) {
            detail = detail.substring(0, MAX_DETAIL);
        }
    }

    /** Whose matter it is. */
    public ErrorClass errorClass() {
        return cause.errorClass();
    }
}
