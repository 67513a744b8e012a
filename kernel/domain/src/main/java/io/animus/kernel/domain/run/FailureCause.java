package io.animus.kernel.domain.run;

import static io.animus.kernel.domain.run.ErrorClass.DATA;
import static io.animus.kernel.domain.run.ErrorClass.ENVIRONMENT;
import static io.animus.kernel.domain.run.ErrorClass.PLATFORM;
import static io.animus.kernel.domain.run.ErrorClass.POLICY;
import static io.animus.kernel.domain.run.ErrorClass.USER;

/** Why an attempt failed. The meanings are in {@code openapi.yaml}, schema FailureCause. */
public enum FailureCause {
    EXIT_NON_ZERO(USER),
    OUT_OF_MEMORY(USER),
    PROCESS_LIMIT(USER),
    STORAGE_LIMIT(USER),
    TIMED_OUT(USER),
    OUTPUT_MISSING(USER),
    OUTPUT_REFUSED(USER),
    INPUT_UNAVAILABLE(DATA),
    INPUT_DIGEST_MISMATCH(DATA),
    IMAGE_UNAVAILABLE(ENVIRONMENT),
    CODE_UNAVAILABLE(ENVIRONMENT),
    COMMAND_NOT_STARTED(ENVIRONMENT),
    LIMIT_NOT_ENFORCEABLE(POLICY),
    NETWORK_CLASS_REFUSED(POLICY),
    EXECUTOR_UNAVAILABLE(PLATFORM),
    EXECUTOR_FAILED(PLATFORM),
    CONTACT_LOST(PLATFORM),
    OUTPUT_NOT_STORED(PLATFORM);

    private final ErrorClass errorClass;

    FailureCause(ErrorClass errorClass) {
        this.errorClass = errorClass;
    }

    /** Whose matter it is. */
    public ErrorClass errorClass() {
        return errorClass;
    }
}
