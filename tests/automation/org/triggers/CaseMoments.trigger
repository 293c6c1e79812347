trigger CaseMoments on Case (before insert, before update, after insert, after delete) {
    for (Case c : Trigger.new) {
        c.put('Tier__c', 'gold');
        System.debug('Other__c');
    }
    if (Trigger.isAfter) update new Account(Id = Trigger.new[0].AccountId, Rating = 'Hot');
}
