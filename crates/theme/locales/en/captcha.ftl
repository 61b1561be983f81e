# captcha
captcha-image = Picture of five digits to copy. The sound version says the same.
captcha-sound = Listen to the digits
captcha-new = Other digits
captcha-label = The five digits of the picture or of the sound
captcha-hint = This step stops automatic programs.
captcha-human = Neither picture nor sound suits you? The <a href="/aide#assistance">help desk</a> gives you a code of eight digits to type here.
captcha-empty = The five digits of the picture or of the sound are missing.
captcha-wrong = These digits are not those of the picture, or it was more than ten minutes old. Here is another.
captcha-needed-title = One more check
captcha-needed-text = After several attempts, copy five digits before you go on. Your account is not locked.
limit-wait = Many requests are coming from your network right now. Try again in { $seconds } s. Nothing already recorded is lost, and the help desk can help you another way.
captcha-refused-title = The digits do not match
