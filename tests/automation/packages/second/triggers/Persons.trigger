trigger Persons on Account (before insert) {
    for (Account a : Trigger.new) {
        a.PersonTitle = 'Guest';
        a.Nickname__pc = a.FirstName;
    }
}
