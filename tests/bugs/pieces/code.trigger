trigger {2} on {1} (before insert, before update) {
    for ({1} record : Trigger.new) {
        record.{3} = Rules.of(record);
    }
}
