package io.animus.api.executor;

/** Why a data plane will never run a job, as it was dispatched. Asking again changes nothing. */
public enum Refusal {
    /** There is no image of this digest where the data plane looks, or its registry gives it to nobody of ours. */
    IMAGE_UNAVAILABLE,
    /** The source of an input has no such content, or does not give it to the data plane. */
    INPUT_UNAVAILABLE,
    /** What came from the source of an input has another digest or size. */
    INPUT_DIGEST_MISMATCH,
    /** An input is an archive that can't be unpacked safely, or two inputs are in each other's place. */
    INPUT_UNSAFE,
    /** The data plane can't hold the job to one of its limits, or has no such device. */
    LIMIT_NOT_ENFORCEABLE,
    /** The data plane has no network for the job's network class. */
    NETWORK_CLASS_UNKNOWN,
    /** The data plane holds another job, of another specification, under the dispatch id. */
    DISPATCH_ID_TAKEN
}
