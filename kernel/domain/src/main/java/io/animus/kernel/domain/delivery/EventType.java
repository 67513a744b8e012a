package io.animus.kernel.domain.delivery;

/** Everything that a webhook can be told of. The words are the {@code type} of the CloudEvents. */
public enum EventType {
    DATASET_VERSION_CREATED("DatasetVersionCreated"),
    RUN_CREATED("RunCreated"),
    RUN_STARTED("RunStarted"),
    RUN_FINISHED("RunFinished"),
    PIPELINE_RUN_FINISHED("PipelineRunFinished"),
    MODEL_VERSION_CREATED("ModelVersionCreated"),
    MODEL_VALIDATED("ModelValidated"),
    MODEL_APPROVED("ModelApproved"),
    MODEL_DEPRECATED("ModelDeprecated"),
    MODEL_EXPORTED("ModelExported"),
    APPROVAL_REQUESTED("ApprovalRequested"),
    APPROVAL_DECIDED("ApprovalDecided"),
    POLICY_VERSION_ACTIVATED("PolicyVersionActivated"),
    LEGAL_HOLD_CHANGED("LegalHoldChanged");

    private final String word;

    EventType(String word) {
        this.word = word;
    }

    public String word() {
        return word;
    }

    /** @throws IllegalArgumentException if there is no such event */
    public static EventType of(String word) {
        for (var type : values()) {
            if (type.word.equals(word)) {
                return type;
            }
        }
        throw new IllegalArgumentException("no event is called " + word);
    }
}
